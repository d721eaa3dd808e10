#include "tune/storage_url.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <regex>
#include <string_view>

#include <soci/soci.h>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr std::string_view sqlite_prefix = "sqlite:///";
/// Seconds that a worker waits for others to finish writing; each holds the file for milliseconds.
constexpr const char* busy_timeout = " timeout=60";
/// Seconds for a server to answer; without a limit a server that is switched off delays the program for minutes.
constexpr const char* connect_timeout = " connect_timeout=10";

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

/// user:password@host:port/database?key=value&... as libpq's "user=... host=..."; SOCI does not pass addresses on as they are.
std::string postgresql_settings(std::string_view query) {
  std::string settings;
  if (std::string_view login = query.substr(0, end_of_login(query)); !login.empty()) {
    query.remove_prefix(login.size() + 1);
    add_setting(settings, "user", take_until(login, ":"));
    add_setting(settings, "password", login);
  }
  std::string_view place = take_until(query, "?");
  std::string_view server = take_until(place, "/");
  add_setting(settings, "host", take_until(server, ":"));
  add_setting(settings, "port", server);
  add_setting(settings, "dbname", place);
  bool has_timeout = false;
  while (!query.empty()) {
    std::string_view value = take_until(query, "&");
    const std::string_view key = take_until(value, "=");
    has_timeout = has_timeout || key == "connect_timeout";
    add_setting(settings, key, value);
  }
  return settings + (has_timeout ? "" : connect_timeout);
}

/// The cure for an error of a database; empty for an unknown one.
std::string cure_of(const std::string& said) {
  const auto contains = [&](const char* part) { return said.find(part) != std::string::npos; };
  if (contains("disk is full") || contains("No space left")) return ": make room there, and run the same command again";
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

rdb::Backend backend_of(const std::string& url) {
  if (url.starts_with(sqlite_prefix)) return rdb::Backend::sqlite;
  if (url.starts_with("postgresql://") || url.starts_with("postgresql+")) return rdb::Backend::postgresql;
  throw usage_error("storage \"" + without_password(url) +
                    "\" is not known: write \"sqlite:///study.db\", \"postgresql://user@host/database\" or \"memory\"");
}

std::string connection_text(const std::string& url) {
  if (backend_of(url) == rdb::Backend::sqlite) return "dbname=\"" + url.substr(sqlite_prefix.size()) + "\"" + busy_timeout;
  return postgresql_settings(std::string_view(url).substr(url.find("://") + 3));
}

void check_is_there(const std::string& url) {
  if (backend_of(url) != rdb::Backend::sqlite) return;
  const std::string file = url.substr(sqlite_prefix.size());
  if (!std::filesystem::exists(file)) throw usage_error("no such file: " + file);
}

std::string without_password(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  std::string address = url.substr(scheme + 3);
  const std::size_t at = end_of_login(address), colon = address.find(':');
  if (at > 0 && colon < at) address = address.substr(0, colon) + ":***" + address.substr(at);
  const std::regex secrets("(password=)[^&]*");
  return url.substr(0, scheme + 3) + std::regex_replace(address, secrets, "$1***");
}

void name_storage_in_errors(const std::string& storage, const std::function<void()>& work) {
  try {
    work();
  } catch (const soci::soci_error& error) {
    const std::string said = flattened(error.get_error_message());
    if (said.find("file is not a database") != std::string::npos) throw usage_error(storage + " is no SQLite database");
    throw Error(ExitStatus::unexpected, "the study's storage " + storage + " cannot be used: " + said + cure_of(said));
  }
}

}  // namespace pipeline
