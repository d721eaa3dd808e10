#include <doctest/doctest.h>
#include <soci/soci.h>

#include "pipeline/errors.h"
#include "pipeline/search/study.h"
#include "support/temp_folder.h"
#include "tune/storage_address.h"

using namespace pipeline;

namespace {

std::string settings_of(const std::string& url) { return StorageAddress::parse(url).settings; }
std::string shown(const std::string& url) { return StorageAddress::parse(url).shown; }

/// The sentence of the error; empty if the address is understood.
std::string refusal(const std::string& url) {
  try {
    static_cast<void>(StorageAddress::parse(url));
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::usage);
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("addresses are converted for the databases' libraries") {
  CHECK(StorageAddress::parse("sqlite:///study.db").file == std::filesystem::current_path() / "study.db");
  CHECK(StorageAddress::parse("sqlite:////a/b \"c\".db").file == "/a/b \"c\".db");
  CHECK(settings_of("postgresql://me:p%40ss@db.example:5433/tuning?sslmode=require&connect_timeout=5") ==
        "user=me password=p@ss host=db.example port=5433 dbname=tuning sslmode=require connect_timeout=5");
  CHECK(settings_of("postgresql+psycopg2://db/tuning") == "host=db dbname=tuning connect_timeout=10");
  CHECK(settings_of("postgresql://me:pa/ss@db/tuning") == "user=me password=pa/ss host=db dbname=tuning connect_timeout=10");
  CHECK(settings_of("postgresql://me:pa?ss@db/tuning") == "user=me password=pa?ss host=db dbname=tuning connect_timeout=10");
  CHECK(settings_of("postgresql:///tuning?host=/var/run/postgresql") == "dbname=tuning host=/var/run/postgresql connect_timeout=10");
  CHECK(refusal("postgresql://me:a%20b@db/tuning") ==
        "storage: spaces, quotes and backslashes cannot stand in the password of a PostgreSQL address");
}

TEST_CASE("passwords are not shown") {
  CHECK(shown("postgresql://me:secret@db/tuning") == "postgresql://me:***@db/tuning");
  CHECK(shown("postgresql://me@db:5432/tuning") == "postgresql://me@db:5432/tuning");
  CHECK(shown("postgresql://me:pa/s@s@db/tuning") == "postgresql://me:***@db/tuning");
  CHECK(shown("postgresql+psycopg2://me:pa?ss@db/tuning?sslmode=require") == "postgresql+psycopg2://me:***@db/tuning?sslmode=require");
  CHECK(shown("postgresql://me:pa?ss@db/tuning") == "postgresql://me:***@db/tuning");
  CHECK(shown("postgresql://db/tuning?user=me&password=a@b") == "postgresql://db/tuning?user=me&password=***");
  CHECK(shown("postgresql://db/tuning?user=me&password=secret&sslmode=require") ==
        "postgresql://db/tuning?user=me&password=***&sslmode=require");
  CHECK(shown("postgresql://db/tuning?sslpassword=secret&pasword=secret") == "postgresql://db/tuning?sslpassword=***&pasword=***");
  CHECK(shown("sqlite:///study.db") == "sqlite:///study.db");
}

TEST_CASE("an address with a slip is refused, and never repeated") {
  for (const char* slip :
       {"postgresql:/me:secret@db/tuning", "postgresql//me:secret@db/tuning", "postgres://me:secret@db/tuning",
        "mysql://me:secret@db/tuning", "secret", "", "sqlite:/secret.db", "postgresql+p:secret://db", "postgresql://me/secret@db/tuning",
        "postgresql://me secret@db/tuning", "postgresql://me@secret@db/tuning", "postgresql://me:secret/db", "postgresql://me:secret",
        "postgresql://db/tuning:secret", "postgresql://db/tuning/secret", "postgresql://db/tuning?PASSWORD=secret",
        "postgresql://db/tuning?secret", "postgresql://db/tuning?password secret", "postgresql://me:123456@secret:db/tuning"}) {
    CAPTURE(slip);
    const std::string sentence = refusal(slip);
    CHECK(sentence.find("the address is not shown, as it may hold a password. Write \"sqlite:///study.db\"") != std::string::npos);
    CHECK(sentence.find("secret") == std::string::npos);
  }
}

TEST_CASE("a study lies in exactly the file that its address names") {
  for (const char* name : {"a b",         "\"",         "'",     "a\"b'c d",  "%41",    "?",      "#x",  ";", "a=b", "a=b c ",
                           "back\\slash", "two\nlines", "größe", "timeout=1", "dbname", "file:x", "a&b", " ", "&&=", "[x]"}) {
    CAPTURE(name);
    const TempFolder folder;
    const std::filesystem::path inside = folder.path() / name;
    std::filesystem::create_directory(inside);
    const std::string file = (inside / (std::string(name) + ".db")).string();
    static_cast<void>(open_study({.storage = "sqlite:///" + file, .name = "s"}));
    static_cast<void>(open_study({.storage = "sqlite:///" + file, .name = "s", .create = false}));
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
      if (entry.is_regular_file()) files.push_back(entry.path().string());
    }
    CHECK(files == std::vector{file});
  }
  CHECK(refusal("sqlite:////a=\"b.db") == "storage: the path of a study cannot hold both = and \": /a=\"b.db");
  CHECK(refusal(std::string("sqlite:////a\0b.db", 16)).find("zero byte") != std::string::npos);
}

TEST_CASE("a database's message on its disk comes with a cure") {
  const auto said = [](const char* database, const std::string& storage = "sqlite:////nowhere/study.db") {
    try {
      name_storage_in_errors(storage, [&] { throw soci::soci_error(database); });
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const std::string front = "the study's storage sqlite:////nowhere/study.db cannot be used: ";
  CHECK(said("database or disk is full") == front + "database or disk is full: make room there, and run the same command again");
  CHECK(said("attempt to write a readonly database") ==
        front + "attempt to write a readonly database: make the file and its folder writable");
  CHECK(said("unable to open database file") == front + "unable to open database file: its folder must exist and be writable");
  CHECK(said("file is not a database") == "sqlite:////nowhere/study.db is no SQLite database");
  // A full disk and too many open files look alike to SQLite, and like a file that may not be written.
  const TempFolder folder;
  const std::string storage = "sqlite:///" + (folder.path() / "study.db").string();
  for (const char* database : {"unable to open database file", "attempt to write a readonly database"})
    CHECK(said(database, storage) == "the study's storage " + storage + " cannot be used: " + database +
                                         ": it may be written, so the disk is full or too many files are open: make room, or raise `ulimit "
                                         "-n`, and run the same command again");
}
