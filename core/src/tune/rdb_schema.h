#pragma once

#include <soci/soci.h>

namespace pipeline::rdb {

enum class Backend { sqlite, postgresql };

/// Makes Optuna's tables (schema 12) in a database that has none. Error (usage) for such a database without `create`, and for another
/// schema. Several processes may call it at once.
void prepare_schema(soci::session& sql, Backend backend, bool create);

}  // namespace pipeline::rdb
