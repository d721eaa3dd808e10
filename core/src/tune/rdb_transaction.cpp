#include "tune/rdb_transaction.h"

namespace pipeline::rdb {

Transaction::~Transaction() {
  if (!open_) return;
  try {
    sql_ << "ROLLBACK";
  } catch (const soci::soci_error&) {
    return;  // the connection is gone, and the transaction with it; what broke it is on its way to the caller
  }
}

}  // namespace pipeline::rdb
