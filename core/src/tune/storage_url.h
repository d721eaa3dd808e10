#pragma once

#include <functional>
#include <string>

#include "tune/rdb_schema.h"

namespace pipeline {

/// Error (usage) for a storage that is neither SQLite nor PostgreSQL.
[[nodiscard]] rdb::Backend backend_of(const std::string& url);
/// The connection in the form of the database's own library. SQLAlchemy's "postgresql+psycopg2" is read as "postgresql".
[[nodiscard]] std::string connection_text(const std::string& url);
/// Error (usage) if SQLite's file is missing; a missing server is found on connecting.
void check_is_there(const std::string& url);
/// "postgresql://user:***@host/database"
[[nodiscard]] std::string without_password(const std::string& url);
/// Runs `work`; an error of the database becomes an Error that names `storage`: (usage) for a file that is no database, else (unexpected).
void name_storage_in_errors(const std::string& storage, const std::function<void()>& work);

}  // namespace pipeline
