#pragma once

#include <soci/soci.h>

namespace pipeline::rdb {

enum class Backend { sqlite, postgresql };

/// Makes Optuna's tables (schema 12) in a database that has none, or, without `create`, Error (usage) for it; Error (usage) for another
/// schema. Safe in several processes at once.
void prepare_schema(soci::session& sql, Backend backend, bool create);

}  // namespace pipeline::rdb
