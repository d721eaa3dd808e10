#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "tune/rdb_schema.h"

namespace soci {
class session;
}

namespace pipeline {

/// Where a study lies: the text of `storage`, understood.
struct StorageAddress {
  rdb::Backend backend = rdb::Backend::sqlite;
  std::filesystem::path file;  ///< of SQLite: absolute, exactly as written
  std::string settings;        ///< of PostgreSQL: libpq's "user=... host=..."; SOCI does not pass addresses on as they are
  std::string shown;           ///< "postgresql://user:***@host/database"

  /// "sqlite:///relative.db", "sqlite:////absolute.db" or "postgresql://user:password@host:port/database?setting=value&...";
  /// SQLAlchemy's "postgresql+psycopg2" is read as "postgresql". Error (usage) for anything else. It never repeats the text: a slip in an
  /// address moves its password to an unexpected place.
  [[nodiscard]] static StorageAddress parse(const std::string& text);
};

/// Error (usage) if SQLite's file is missing; a missing server is found on connecting.
void check_is_there(const StorageAddress& address);
/// Opens the database.
void connect(soci::session& sql, const StorageAddress& address);
/// Runs `work`; an error of the database becomes an Error that names `storage`: (usage) for a file that is no database, else (unexpected).
void name_storage_in_errors(const std::string& storage, const std::function<void()>& work);

}  // namespace pipeline
