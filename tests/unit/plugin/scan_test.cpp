#include <doctest/doctest.h>

#include "plugin/loader.h"
#include "plugin/scan.h"
#include "support/temp_folder.h"

using namespace pipeline;

namespace {

const std::filesystem::path program = std::filesystem::path(BUILD_DIR) / "bin/pipeline";
const std::filesystem::path fixtures = std::filesystem::path(BUILD_DIR) / "tests/plugins";

}  // namespace

TEST_CASE("a plugin that does not end its registration is named, and the next one is scanned all the same") {
  const auto hangs = fixtures / "hangs/libhangs.so", well_made = fixtures / "well_made/libwell_made.so";
  const std::vector<PluginLibrary> libraries = scan_in_child(program, {hangs, well_made}, std::chrono::seconds(10));
  REQUIRE(libraries.size() == 2);
  CHECK(libraries[0].code == RefusalCode::hangs);
  CHECK(libraries[0].reason.starts_with("is not loaded after 10 s"));
  CHECK(libraries[1].code == RefusalCode::none);
}

TEST_CASE("no process starts if the cache knows every library, and a changed library is not loaded from an old record") {
  const TempFolder folder;
  const auto file = folder.path() / "libwell_made.so";
  std::filesystem::copy_file(fixtures / "well_made/libwell_made.so", file);
  PluginSearch search{.folders = {folder.path()}, .program = program, .cache_file = folder.path() / "cache.json"};
  Registry first;
  CHECK(find_plugins(search, first).at(0).components.size() == 1);
  search.program = "/nonexistent";
  Registry second;
  CHECK(find_plugins(search, second).at(0).components.size() == 1);
  const ComponentInfo *scanned = first.find("logger", "WellMadeLogger"), *cached = second.find("logger", "WellMadeLogger");
  REQUIRE(cached);
  CHECK(cached->build == scanned->build);
  std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  search.program = program;
  Registry third;
  CHECK(find_plugins(search, third).at(0).components.size() == 1);
  search.program = "/nonexistent";
  std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() + std::chrono::hours(2));
  Registry fourth;
  CHECK_THROWS_WITH_AS(static_cast<void>(find_plugins(search, fourth)), doctest::Contains("cannot start /nonexistent"), Error);
}

TEST_CASE("a library in a folder whose name is no UTF-8 is found, and its components are made") {
  const TempFolder folder;
  const auto place = folder.path() / "caf\xe9";
  std::filesystem::create_directory(place);
  std::filesystem::copy_file(fixtures / "well_made/libwell_made.so", place / "libwell_made.so");
  const PluginSearch search{.folders = {place}, .program = program, .cache_file = folder.path() / "cache.json"};
  for (int start = 0; start < 2; ++start) {  // without and with the cache of the first start
    Registry registry;
    const std::vector<PluginLibrary> libraries = find_plugins(search, registry);
    CHECK(libraries.at(0).path == place / "libwell_made.so");
    CHECK(registry.find("logger", "WellMadeLogger")->library == (place / "libwell_made.so").string());
  }
}
