#pragma once

#include <soci/soci.h>

namespace pipeline::rdb {

enum class Backend { sqlite, postgresql };

/// Makes Optuna's tables (schema 12) in a database that has none; Error (usage) for another schema. Safe in several processes at once.
void prepare_schema(soci::session& sql, Backend backend);

}  // namespace pipeline::rdb
