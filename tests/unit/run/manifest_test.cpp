#include <doctest/doctest.h>
#include <sys/stat.h>

#include "pipeline/data/files.h"
#include "run/manifest.h"
#include "support/temp_folder.h"

using namespace pipeline;

namespace {

Value whole() {
  const Value file = Value::Map{{"path", "small.csv"}, {"size", 3}, {"modified", 4}, {"sha256", "ab"}};
  return Value::Map{{"fields", Value::Map{{"input.preprocess", "ab"}}},
                    {"output_hash", "cd"},
                    {"outputs", Value::Map{}},
                    {"summary", Value::Map{}},
                    {"options", Value::Map{}},
                    {"sizes", Value::Map{}},
                    {"kept_elsewhere", Value::Map{{"/tmp/a.ckpt", "ef"}}},
                    {"kept_sizes", Value::Map{{"/tmp/a.ckpt", 3}}},
                    {"files", Value::Map{{"source", file}}}};
}

}  // namespace

TEST_CASE("a whole manifest is read") {
  const TempFolder folder;
  CHECK_FALSE(Manifest::is_damaged(folder.path()));
  write_json(folder.path() / "manifest.json", whole());
  CHECK_FALSE(Manifest::is_damaged(folder.path()));
  REQUIRE(Manifest::read(folder.path()));
  CHECK(Manifest::read(folder.path())->fields().at("input.preprocess") == "ab");
}

TEST_CASE("a manifest of other types is damaged, whichever member is wrong") {
  const TempFolder folder;
  const Value right = whole();
  for (const auto& [member, value] : right.as_map()) {
    for (const Value& wrong : {Value(1), Value(Value::List{1}), Value(Value::Map{{"x", 1}}), Value("x")}) {
      if (type_name(wrong) == type_name(value) && !(member == "fields" || member == "files" || member == "kept_elsewhere")) continue;
      Value content = right;
      content[member] = wrong;
      write_json(folder.path() / "manifest.json", content);
      CHECK_MESSAGE(Manifest::is_damaged(folder.path()), member << ": " << to_json(wrong));
      CHECK_FALSE(Manifest::read(folder.path()));
    }
  }
}

TEST_CASE("a manifest that is no JSON, no table or no file is damaged") {
  const TempFolder folder;
  const std::filesystem::path file = folder.path() / "manifest.json";
  for (const char* text : {"", "{", "[]", "1"}) {
    write_text(file, text);
    CHECK_MESSAGE(Manifest::is_damaged(folder.path()), text);
  }
  std::filesystem::remove(file);
  REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
  CHECK(Manifest::is_damaged(folder.path()));
}
