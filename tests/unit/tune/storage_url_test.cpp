#include <doctest/doctest.h>
#include <soci/soci.h>

#include "pipeline/errors.h"
#include "tune/storage_url.h"

using namespace pipeline;

TEST_CASE("addresses are converted for the databases' libraries") {
  CHECK(connection_text("sqlite:///study.db") == "dbname=\"study.db\" timeout=60");
  CHECK(connection_text("sqlite:////a/b c.db") == "dbname=\"/a/b c.db\" timeout=60");
  CHECK(connection_text("postgresql://me:p%40ss@db.example:5433/tuning?sslmode=require&connect_timeout=5") ==
        "user=me password=p@ss host=db.example port=5433 dbname=tuning sslmode=require connect_timeout=5");
  CHECK(connection_text("postgresql+psycopg2://db/tuning") == "host=db dbname=tuning connect_timeout=10");
  CHECK(connection_text("postgresql://me:pa/ss@db/tuning") == "user=me password=pa/ss host=db dbname=tuning connect_timeout=10");
  CHECK_THROWS_AS((void)connection_text("postgresql://me:a%20b@db/tuning"), Error);
}

TEST_CASE("passwords are not shown") {
  CHECK(without_password("postgresql://me:secret@db/tuning") == "postgresql://me:***@db/tuning");
  CHECK(without_password("postgresql://me@db:5432/tuning") == "postgresql://me@db:5432/tuning");
  CHECK(without_password("postgresql://me:pa/s@s@db/tuning") == "postgresql://me:***@db/tuning");
  CHECK(without_password("postgresql://me:pa?ss@db/tuning?sslmode=require") == "postgresql://me:***@db/tuning?sslmode=require");
  CHECK(connection_text("postgresql://me:pa?ss@db/tuning") == "user=me password=pa?ss host=db dbname=tuning connect_timeout=10");
  CHECK(without_password("postgresql://me:pa?ss@db/tuning") == "postgresql://me:***@db/tuning");
  CHECK(without_password("postgresql://db/tuning?user=me&password=a@b") == "postgresql://db/tuning?user=me&password=***");
  CHECK(without_password("postgresql://db/tuning?user=me&password=secret&sslmode=require") ==
        "postgresql://db/tuning?user=me&password=***&sslmode=require");
  CHECK(without_password("sqlite:///study.db") == "sqlite:///study.db");
}

TEST_CASE("other storages are refused") { CHECK_THROWS_AS((void)backend_of("mysql://db/tuning"), Error); }

TEST_CASE("a database's message on its disk comes with a cure") {
  const auto said = [](const char* database) {
    try {
      name_storage_in_errors("sqlite:///study.db", [&] { throw soci::soci_error(database); });
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const std::string front = "the study's storage sqlite:///study.db cannot be used: ";
  CHECK(said("database or disk is full") == front + "database or disk is full: make room there, and run the same command again");
  CHECK(said("attempt to write a readonly database") ==
        front + "attempt to write a readonly database: make the file and its folder writable");
  CHECK(said("unable to open database file") == front + "unable to open database file: its folder must exist and be writable");
  CHECK(said("file is not a database") == "sqlite:///study.db is no SQLite database");
}
