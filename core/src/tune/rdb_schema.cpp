#include "tune/rdb_schema.h"

#include <array>
#include <regex>
#include <string>

#include "pipeline/errors.h"
#include "tune/rdb_transaction.h"

namespace pipeline::rdb {

namespace {

/// {id}: a serial key; {time}, {float}; {enum x}: a text, in PostgreSQL an enumeration type as SQLAlchemy makes it.
constexpr std::array tables{
    "CREATE TABLE studies (study_id {id}, study_name VARCHAR(512) NOT NULL, PRIMARY KEY (study_id))",
    "CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name)",
    "CREATE TABLE version_info (version_info_id {id}, schema_version INTEGER, library_version VARCHAR(256), PRIMARY KEY (version_info_id), "
    "CHECK (version_info_id=1))",
    "CREATE TABLE study_directions (study_direction_id {id}, direction {enum studydirection} NOT NULL, study_id INTEGER NOT NULL, "
    "objective INTEGER NOT NULL, PRIMARY KEY (study_direction_id), UNIQUE (study_id, objective), FOREIGN KEY(study_id) REFERENCES studies "
    "(study_id))",
    "CREATE TABLE study_user_attributes (study_user_attribute_id {id}, study_id INTEGER, \"key\" VARCHAR(512), value_json TEXT, PRIMARY "
    "KEY (study_user_attribute_id), UNIQUE (study_id, \"key\"), FOREIGN KEY(study_id) REFERENCES studies (study_id))",
    "CREATE TABLE study_system_attributes (study_system_attribute_id {id}, study_id INTEGER, \"key\" VARCHAR(512), value_json TEXT, "
    "PRIMARY KEY (study_system_attribute_id), UNIQUE (study_id, \"key\"), FOREIGN KEY(study_id) REFERENCES studies (study_id))",
    "CREATE TABLE trials (trial_id {id}, number INTEGER, study_id INTEGER, state {enum trialstate} NOT NULL, datetime_start {time}, "
    "datetime_complete {time}, PRIMARY KEY (trial_id), FOREIGN KEY(study_id) REFERENCES studies (study_id))",
    "CREATE INDEX ix_trials_study_id ON trials (study_id)",
    "CREATE TABLE trial_user_attributes (trial_user_attribute_id {id}, trial_id INTEGER, \"key\" VARCHAR(512), value_json TEXT, PRIMARY "
    "KEY (trial_user_attribute_id), UNIQUE (trial_id, \"key\"), FOREIGN KEY(trial_id) REFERENCES trials (trial_id))",
    "CREATE TABLE trial_system_attributes (trial_system_attribute_id {id}, trial_id INTEGER, \"key\" VARCHAR(512), value_json TEXT, "
    "PRIMARY KEY (trial_system_attribute_id), UNIQUE (trial_id, \"key\"), FOREIGN KEY(trial_id) REFERENCES trials (trial_id))",
    "CREATE TABLE trial_params (param_id {id}, trial_id INTEGER, param_name VARCHAR(512), param_value {float}, distribution_json TEXT, "
    "PRIMARY KEY (param_id), UNIQUE (trial_id, param_name), FOREIGN KEY(trial_id) REFERENCES trials (trial_id))",
    "CREATE TABLE trial_values (trial_value_id {id}, trial_id INTEGER NOT NULL, objective INTEGER NOT NULL, value {float}, value_type "
    "{enum trialvaluetype} NOT NULL, PRIMARY KEY (trial_value_id), UNIQUE (trial_id, objective), FOREIGN KEY(trial_id) REFERENCES trials "
    "(trial_id))",
    "CREATE TABLE trial_intermediate_values (trial_intermediate_value_id {id}, trial_id INTEGER NOT NULL, step INTEGER NOT NULL, "
    "intermediate_value {float}, intermediate_value_type {enum trialintermediatevaluetype} NOT NULL, PRIMARY KEY "
    "(trial_intermediate_value_id), UNIQUE (trial_id, step), FOREIGN KEY(trial_id) REFERENCES trials (trial_id))",
    "CREATE TABLE trial_heartbeats (trial_heartbeat_id {id}, trial_id INTEGER NOT NULL, heartbeat {time} NOT NULL, PRIMARY KEY "
    "(trial_heartbeat_id), UNIQUE (trial_id), FOREIGN KEY(trial_id) REFERENCES trials (trial_id))",
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
    "INSERT INTO alembic_version (version_num) VALUES ('v3.2.0.a')",
    "INSERT INTO version_info (version_info_id, schema_version, library_version) VALUES (1, 12, '5.0.0')"};

constexpr std::array enums{"CREATE TYPE studydirection AS ENUM ('NOT_SET', 'MINIMIZE', 'MAXIMIZE')",
                           "CREATE TYPE trialstate AS ENUM ('RUNNING', 'COMPLETE', 'PRUNED', 'FAIL', 'WAITING')",
                           "CREATE TYPE trialvaluetype AS ENUM ('FINITE', 'INF_POS', 'INF_NEG')",
                           "CREATE TYPE trialintermediatevaluetype AS ENUM ('FINITE', 'INF_POS', 'INF_NEG', 'NAN')"};

std::string dialect(const char* statement, Backend backend) {
  const bool lite = backend == Backend::sqlite;
  std::string text = std::regex_replace(statement, std::regex("\\{id\\}"), lite ? "INTEGER NOT NULL" : "SERIAL NOT NULL");
  text = std::regex_replace(text, std::regex("\\{time\\}"), lite ? "DATETIME" : "TIMESTAMP WITHOUT TIME ZONE");
  text = std::regex_replace(text, std::regex("\\{float\\}"), lite ? "FLOAT" : "FLOAT(53)");
  return std::regex_replace(text, std::regex("\\{enum ([a-z]+)\\}"), lite ? "VARCHAR(26)" : "$1");
}

bool has_tables(soci::session& sql, Backend backend) {
  int found = 0;
  sql << "SELECT count(*) FROM "
      << (backend == Backend::sqlite ? "sqlite_master WHERE name = 'version_info'"
                                     : "pg_catalog.pg_class WHERE oid = to_regclass('version_info')"),
      soci::into(found);
  return found > 0;
}

}  // namespace

void prepare_schema(soci::session& sql, Backend backend, bool create) {
  Transaction transaction(sql, backend, create ? Access::write : Access::read);
  if (create && backend == Backend::postgresql)
    sql << "SELECT pg_advisory_xact_lock(" << 0x50495045 << ")";  // only one process makes the tables
  if (!has_tables(sql, backend)) {
    if (!create) throw usage_error("the storage holds no study: it has none of Optuna's tables");
    if (backend == Backend::postgresql) {
      for (const char* statement : enums) sql << statement;
    }
    for (const char* statement : tables) sql << dialect(statement, backend);
  }
  int version = 0;
  sql << "SELECT schema_version FROM version_info", soci::into(version);
  if (version != 12) {
    throw usage_error("the study's storage has Optuna's schema " + std::to_string(version) +
                      ", and this program knows 12 (Optuna 3.2 to 5): run `optuna storage upgrade` on it");
  }
  transaction.commit();
}

}  // namespace pipeline::rdb
