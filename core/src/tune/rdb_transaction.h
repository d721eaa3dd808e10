#pragma once

#include <soci/soci.h>

#include "tune/rdb_schema.h"

namespace pipeline::rdb {

enum class Access { read, write };

/// Rolled back unless committed. On SQLite a writer takes the lock at once: a transaction that began as a reader could not get it while
/// another writer waits, and would fail with "database is locked" however long the time limit.
class Transaction {
 public:
  Transaction(soci::session& sql, Backend backend, Access access = Access::write) : sql_(sql) {
    sql_ << (backend == Backend::sqlite && access == Access::write ? "BEGIN IMMEDIATE" : "BEGIN");
  }
  ~Transaction() {
    if (!open_) return;
    try {
      sql_ << "ROLLBACK";
    } catch (const soci::soci_error&) {
      return;  // the connection is gone and the transaction with it; the error that broke it is on its way to the caller
    }
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit() {
    sql_ << "COMMIT";
    open_ = false;
  }

 private:
  soci::session& sql_;
  bool open_ = true;
};

}  // namespace pipeline::rdb
