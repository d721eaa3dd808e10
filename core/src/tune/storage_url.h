#pragma once

#include <functional>
#include <string>

#include "tune/rdb_schema.h"

namespace pipeline {

/// Error (usage) for a storage that is neither SQLite nor PostgreSQL.
[[nodiscard]] rdb::Backend backend_of(const std::string& url);
/// What the database's own library takes. SQLAlchemy's "postgresql+psycopg2" is read as "postgresql".
[[nodiscard]] std::string connection_text(const std::string& url);
/// Error (usage) where SQLite's file is missing; a server is asked when it is connected to.
void check_is_there(const std::string& url);
/// "postgresql://user:***@host/database"
[[nodiscard]] std::string without_password(const std::string& url);
/// Runs `work`; what the database says becomes an Error (unexpected) that names `storage`.
void name_storage_in_errors(const std::string& storage, const std::function<void()>& work);

}  // namespace pipeline
