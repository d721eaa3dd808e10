#include "tune/storage_url.h"

#include <charconv>
#include <filesystem>
#include <string_view>

#include <soci/soci.h>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr std::string_view sqlite_prefix = "sqlite:///";
/// Seconds that a worker waits for others to finish writing; each holds the file for milliseconds.
constexpr const char* busy_timeout = " timeout=60";

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

/// The part of `rest` before the first of `border`, which is taken away with it; all of it where there is none.
std::string_view take_until(std::string_view& rest, std::string_view border) {
  const std::size_t end = rest.find(border);
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + border.size());
  return taken;
}

/// user:password@host:port/database?key=value&... as libpq's "user=... host=..."; SOCI does not pass addresses on as they are.
std::string postgresql_settings(std::string_view address) {
  std::string settings;
  std::string_view server = take_until(address, "/"), database = take_until(address, "?");
  if (server.find('@') != std::string_view::npos) {
    std::string_view login = server.substr(0, server.rfind('@'));
    server.remove_prefix(login.size() + 1);
    add_setting(settings, "user", take_until(login, ":"));
    add_setting(settings, "password", login);
  }
  add_setting(settings, "host", take_until(server, ":"));
  add_setting(settings, "port", server);
  add_setting(settings, "dbname", database);
  while (!address.empty()) {
    std::string_view value = take_until(address, "&");
    const std::string_view key = take_until(value, "=");
    add_setting(settings, key, value);
  }
  return settings;
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
  const std::size_t scheme = url.find("://"), at = url.rfind('@');
  if (scheme == std::string::npos || at == std::string::npos) return url;
  const std::size_t colon = url.find(':', scheme + 3);
  return colon < at ? url.substr(0, colon) + ":***" + url.substr(at) : url;
}

void name_storage_in_errors(const std::string& storage, const std::function<void()>& work) {
  try {
    work();
  } catch (const soci::soci_error& error) {
    const std::string what = error.what();
    if (what.find("file is not a database") != std::string::npos) throw usage_error(storage + " is no SQLite database");
    throw Error(ExitStatus::unexpected, "the study's storage " + storage + " cannot be used: " + what);
  }
}

}  // namespace pipeline
