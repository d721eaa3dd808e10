#include "tune/storage_address.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include <soci/soci.h>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr std::string_view sqlite_prefix = "sqlite:///";
/// Milliseconds that a worker waits for others to finish writing; each holds the file for milliseconds.
constexpr const char* set_busy_timeout = "PRAGMA busy_timeout = 60000";
/// Seconds for a server to answer; without a limit a server that is switched off delays the program for minutes.
constexpr const char* connect_timeout = " connect_timeout=10";

/// An error that does not repeat the address.
Error not_understood(const std::string& why) {
  return usage_error("storage: " + why +
                     "; the address is not shown, as it may hold a password. Write \"sqlite:///study.db\", "
                     "\"postgresql://user:password@host/database\" (with %2F, %3A, %3F and %40 for /, :, ? and @ in user and password) or "
                     "\"memory\"");
}

bool is_letter_or_digit(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 128;  // 128: of UTF-8
}

/// Whether the text consists of letters, digits and the characters of `more`.
bool is_plain(std::string_view text, std::string_view more) {
  return std::ranges::all_of(
      text, [&](char c) { return is_letter_or_digit(static_cast<unsigned char>(c)) || more.find(c) != std::string_view::npos; });
}

/// "%40" as "@".
std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    const bool escaped = text[i] == '%' && i + 2 < text.size() &&
                         std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16).ptr == text.data() + i + 3;
    out += escaped ? static_cast<char>(code) : text[i];
    if (escaped) i += 2;
  }
  return out;
}

void add_setting(std::string& settings, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  const std::string plain = decoded(value);
  if (plain.find_first_of(" '\"\\\t\n") != std::string::npos)
    throw usage_error("storage: spaces, quotes and backslashes cannot stand in the " + std::string(name) + " of a PostgreSQL address");
  settings += (settings.empty() ? "" : " ") + std::string(name) + "=" + plain;
}

/// Removes the part of `rest` before the first `border`, and that border, and returns the part; all of `rest` if there is no border.
std::string_view take_until(std::string_view& rest, std::string_view border) {
  const std::size_t end = rest.find(border);
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + border.size());
  return taken;
}

/// Where user:password ends in an address without its scheme: at the last '@' before settings, since a password may hold '/', '@' and '?'.
/// 0: there is none.
std::size_t end_of_login(std::string_view address) {
  const std::size_t question = address.rfind('?'), before = address.substr(0, question).rfind('@'), last = address.rfind('@');
  if (before != std::string_view::npos) return before;
  const bool in_settings = last != std::string_view::npos && address.substr(question, last - question).find('=') != std::string_view::npos;
  return last == std::string_view::npos || in_settings ? 0 : last;
}

/// Settings of libpq whose values are no secrets.
constexpr std::array<std::string_view, 8> shown_settings{
    "application_name", "connect_timeout", "dbname", "host", "hostaddr", "port", "sslmode", "user"};

/// Reads "user:password@host:port/database?key=value&..." part by part. A part that holds other characters than such a part may is a slip:
/// it could be the password.
class PostgresqlReader {
 public:
  explicit PostgresqlReader(std::string_view rest) : rest_(rest) {}

  StorageAddress read(const std::string& scheme) {
    address_.backend = rdb::Backend::postgresql;
    address_.shown = scheme + "://";
    read_login();
    std::string_view place = take_until(rest_, "?");
    read_server(take_until(place, "/"));
    read_database(place);
    read_settings();
    if (!has_timeout_) address_.settings += connect_timeout;
    return std::move(address_);
  }

 private:
  void read_login() {
    const std::size_t end = end_of_login(rest_);
    if (end == 0) return;
    std::string_view login = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    const std::string_view user = take_until(login, ":");
    if (!is_plain(user, "._-+%")) throw not_understood("in the user of a PostgreSQL address stands more than a name");
    add_setting(address_.settings, "user", user);
    add_setting(address_.settings, "password", login);
    address_.shown += std::string(user) + (login.empty() ? "@" : ":***@");
  }

  void read_server(std::string_view server) {
    address_.shown += server;
    const std::string_view host = take_until(server, ":");
    const bool is_number = std::ranges::all_of(server, [](char c) { return c >= '0' && c <= '9'; });
    if (!is_plain(decoded(host), "._-,/") || !is_number || server.size() > 5)
      throw not_understood("in the host and port of a PostgreSQL address stands more than a name and a number");
    add_setting(address_.settings, "host", host);
    add_setting(address_.settings, "port", server);
  }

  void read_database(std::string_view database) {
    if (!is_plain(database, "._-+%")) throw not_understood("in the database of a PostgreSQL address stands more than a name");
    add_setting(address_.settings, "dbname", database);
    if (!database.empty()) address_.shown += "/" + std::string(database);
  }

  void read_settings() {
    std::string_view before = "?";
    while (!rest_.empty()) {
      std::string_view value = take_until(rest_, "&");
      const std::string_view key = take_until(value, "=");
      const bool is_key = !key.empty() && std::ranges::all_of(key, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
      if (!is_key || value.empty())
        throw not_understood("the settings of a PostgreSQL address are words of libpq in small letters, as in ?sslmode=require");
      has_timeout_ = has_timeout_ || key == "connect_timeout";
      add_setting(address_.settings, key, value);
      const bool is_shown = std::ranges::find(shown_settings, key) != shown_settings.end();
      address_.shown += std::string(std::exchange(before, "&")) + std::string(key) + "=" + (is_shown ? std::string(value) : "***");
    }
  }

  std::string_view rest_;
  StorageAddress address_;
  bool has_timeout_ = false;
};

StorageAddress sqlite_address(const std::string& text) {
  const std::string file = text.substr(sqlite_prefix.size());
  if (file.empty()) throw not_understood("sqlite:/// names no file");
  if (file.find('\0') != std::string::npos) throw not_understood("a file's name holds no zero byte");
  if (file.find('=') != std::string::npos && file.find('"') != std::string::npos)
    throw usage_error("storage: the path of a study cannot hold both = and \": " + file);
  return {.backend = rdb::Backend::sqlite, .file = std::filesystem::absolute(file), .settings = {}, .shown = text};
}

/// The file in the form of SOCI, which takes a text without = as it is.
std::string sqlite_connection(const std::string& file) { return file.find('=') == std::string::npos ? file : "dbname=\"" + file + "\""; }

/// Whether this process may write a study's file and beside it. SQLite does not tell why a file cannot be opened.
bool may_write(const std::string& storage) {
  const std::filesystem::path file = std::filesystem::absolute(storage.substr(sqlite_prefix.size()));
  const bool is_there = ::access(file.c_str(), F_OK) == 0;
  return ::access(file.parent_path().c_str(), W_OK) == 0 && (!is_there || ::access(file.c_str(), W_OK) == 0);
}

/// The cure for an error of a database; empty for an unknown one.
std::string cure_of(const std::string& said, const std::string& storage) {
  const auto contains = [&](const char* part) { return said.find(part) != std::string::npos; };
  if (contains("disk is full") || contains("No space left")) return ": make room there, and run the same command again";
  const bool cannot_open = contains("readonly") || contains("read-only") || contains("unable to open database file");
  if (cannot_open && storage.starts_with(sqlite_prefix) && may_write(storage))
    return ": it may be written, so the disk is full or too many files are open: make room, or raise `ulimit -n`, and run the same command "
           "again";
  if (contains("readonly") || contains("read-only")) return ": make the file and its folder writable";
  if (contains("unable to open database file")) return ": its folder must exist and be writable";
  if (contains("database is locked")) return ": another program holds it for more than a minute; end that one, or choose another storage";
  if (contains("onnection")) return ": is the server there, and may this user connect to it?";
  return {};
}

/// The text on one line.
std::string flattened(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c == '\n' || c == '\t' || c == '\r'; }, ' ');
  const auto doubled = std::ranges::unique(text, [](char a, char b) { return a == ' ' && b == ' '; });
  text.erase(doubled.begin(), doubled.end());
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

}  // namespace

StorageAddress StorageAddress::parse(const std::string& text) {
  if (text.starts_with(sqlite_prefix)) return sqlite_address(text);
  const std::size_t scheme = text.find("://");
  const std::string name = scheme == std::string::npos ? "" : text.substr(0, scheme);
  const bool has_driver = name.starts_with("postgresql+") && is_plain(name.substr(std::string_view("postgresql+").size()), "_");
  if (name != "postgresql" && !has_driver) throw not_understood("it begins with neither sqlite:/// nor postgresql://");
  return PostgresqlReader(std::string_view(text).substr(scheme + 3)).read(name);
}

void check_is_there(const StorageAddress& address) {
  if (address.backend == rdb::Backend::sqlite && !std::filesystem::exists(address.file))
    throw usage_error("no such file: " + address.shown.substr(sqlite_prefix.size()));
}

void connect(soci::session& sql, const StorageAddress& address) {
  if (address.backend == rdb::Backend::postgresql) return sql.open("postgresql", address.settings);
  sql.open("sqlite3", sqlite_connection(address.file.string()));
  int set = 0;
  sql << set_busy_timeout, soci::into(set);
}

void name_storage_in_errors(const std::string& storage, const std::function<void()>& work) {
  try {
    work();
  } catch (const soci::soci_error& error) {
    const std::string said = flattened(error.get_error_message());
    if (said.find("file is not a database") != std::string::npos) throw usage_error(storage + " is no SQLite database");
    throw Error(ExitStatus::unexpected, "the study's storage " + storage + " cannot be used: " + said + cure_of(said, storage));
  }
}

}  // namespace pipeline
