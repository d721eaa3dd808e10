#include <doctest/doctest.h>

#include <chrono>

#include "pipeline/data/files.h"
#include "workflows/workflow_fixture.h"

using namespace pipeline;

namespace {

const std::filesystem::path fixtures = FIXTURE_PLUGINS;

/// A folder for plugins and a cache of its own.
struct Place {
  WorkflowFixture folder;
  Place() { std::filesystem::create_directory(folder.path() / "plugins"); }

  void add(const std::string& name) const {
    const std::string file = "lib" + name + ".so";
    std::filesystem::copy_file(fixtures / name / file, folder.path() / "plugins" / file, std::filesystem::copy_options::overwrite_existing);
  }
  [[nodiscard]] std::filesystem::path cache_file() const { return folder.path() / "cache/pipeline/plugins.json"; }
  [[nodiscard]] Finished pipeline(std::vector<std::string> arguments, std::vector<std::string> environment = {}) const {
    arguments.insert(arguments.end(), {"--plugin-path", "plugins"});
    environment.push_back("XDG_CACHE_HOME=" + (folder.path() / "cache").string());
    return pipeline_program(arguments, folder.path(), environment);
  }
};

}  // namespace

TEST_CASE("with a warm cache nothing loads LibTorch: validate, describe, plugins, graph and a run that is up to date") {
  const Place place;
  place.folder.workflow(small_training);
  REQUIRE(place.pipeline({"run", "workflow.toml"}).status == 0);
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"validate", "workflow.toml"}, {"describe", "LSTMModel"}, {"plugins"}, {"graph", "workflow.toml"}, {"run", "workflow.toml"}}) {
    const Finished warm = place.pipeline(words, {"LD_DEBUG=files"});  // the dynamic linker prints on stderr what it loads
    CAPTURE(words[0]);
    CHECK(warm.status == 0);
    CHECK(contains(warm.err, "libpipeline_core.so"));
    CHECK_FALSE(contains(warm.err, "libtorch"));
  }
}

TEST_CASE("a library that is added, changed or removed is noticed") {
  const Place place;
  CHECK_FALSE(contains(place.pipeline({"plugins"}).out, "WellMadeLogger"));
  place.add("well_made");
  CHECK(contains(place.pipeline({"plugins"}).out, "WellMadeLogger"));
  CHECK(contains(place.pipeline({"plugins"}).out, "WellMadeLogger"));
  // Another library under the same name: the same plugin with other last bytes, which nothing reads.
  const auto file = place.folder.path() / "plugins/libwell_made.so";
  const std::string before = from_json(place.pipeline({"describe", "WellMadeLogger", "--json"}).out, "describe").at("plugin").as_string();
  std::filesystem::copy_file(fixtures / "twin_a/libtwin_a.so", file, std::filesystem::copy_options::overwrite_existing);
  const std::string listed = place.pipeline({"plugins"}).out;
  CHECK(before == "well_made");
  CHECK(contains(listed, "twin_a"));
  CHECK_FALSE(contains(listed, "WellMadeLogger"));
  std::filesystem::remove(file);
  CHECK_FALSE(contains(place.pipeline({"plugins"}).out, "twin_a"));
}

TEST_CASE("a damaged cache is written anew") {
  const Place place;
  place.add("well_made");
  const std::string listed = place.pipeline({"plugins"}).out;
  const std::string whole = read_text(place.cache_file());
  for (const std::string& damaged : {std::string(), std::string("{"), whole.substr(0, whole.size() / 2), std::string("[1, 2]"),
                                     std::string(R"({"host": {}, "libraries": [{"path": 3}]})")}) {
    write_text(place.cache_file(), damaged);
    const Finished again = place.pipeline({"plugins"});
    CHECK(again.status == 0);
    CHECK(again.out == listed);
    CHECK(again.err.empty());
    CHECK(read_text(place.cache_file()) == whole);
  }
}

TEST_CASE("the program works without a cache that it cannot write") {
  const Place place;
  place.add("well_made");
  write_text(place.folder.path() / "cache", "a file where the folder would be");
  const Finished listed = place.pipeline({"plugins"});
  CHECK(listed.status == 0);
  CHECK(contains(listed.out, "WellMadeLogger"));
  CHECK(listed.err.empty());
}

TEST_CASE("a library that fails to load is tried again every time, because its cause may be mended elsewhere") {
  const Place place;
  place.add("missing_library");
  CHECK(contains(place.pipeline({"plugins"}).out, "missing-library"));
  const std::string mended = "LD_LIBRARY_PATH=" + (std::filesystem::path(BUILD_DIR) / "tests/elsewhere").string();
  CHECK(contains(place.pipeline({"plugins"}, {mended}).out, "FixtureLogger"));
}
