#include <doctest/doctest.h>
#include <sys/mount.h>

#include "pipeline/data/files.h"
#include "workflows/workflow_fixture.h"

using namespace pipeline;

namespace {

const std::filesystem::path fixtures = FIXTURE_PLUGINS;

/// A plugin that cannot be used: its fixture, the code users look up and the sentence they read.
struct Refused {
  const char *fixture, *code, *sentence;
};

constexpr Refused refused[] = {
    {"no_facts", "not-a-plugin",
     "is not a pipeline plugin: it carries no plugin facts; remove it from the folder or build it with pipeline_add_plugin"},
    {"other_api", "other-api", "built for plugin API author 99, this host has author 2: rebuild it against this host's headers"},
    {"other_abi", "other-abi", "built with the C++ ABI gcc4-cxx11abi0-cxx201103L, this host has gcc"},
    {"other_libtorch", "other-libtorch", "built for LibTorch 1.13.1, this host has "},
    {"undefined_symbol", "undefined-symbol", "needs a function that no library gives ("},
    {"missing_library", "missing-library", "libfixture_elsewhere.so: cannot open shared object file"},
    {"no_entry_point", "no-entry-point", "has no entry point pipeline_plugin_v1: add PIPELINE_PLUGIN(...) to one of its files"},
    {"bad_descriptor", "bad-descriptor", "its entry point returns no descriptor that fits its facts: rebuild it"},
    {"load_throws", "load-throws", "one of its global objects throws while it is loaded (no table of holidays)"},
    {"registration_throws", "registration-throws", "its registration throws (no licence file): nothing of it is registered"},
    {"registration_throws_number", "registration-throws", "its registration throws (an object that is no std::exception): nothing of it"},
    {"bad_schema", "bad-schema",
     "the options of logger \"FixtureLogger\" contradict themselves: its default is not allowed (every takes an integer of at least 1"},
    {"crashes", "crashed", "ends the process that loads it (by Segmentation fault): look into its global objects"},
    {"exits", "crashed", "ends the process that loads it (with exit status 7)"},
};

/// The program with a cache of its own.
Finished with_plugins(const WorkflowFixture& folder, std::vector<std::string> arguments, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    arguments.emplace_back("--plugin-path");
    arguments.push_back((fixtures / name).string());
  }
  // AddressSanitizer must leave a crash to the system, so that the program can report it as one.
  return pipeline_program(arguments, folder.path(), {"XDG_CACHE_HOME=" + (folder.path() / "cache").string(), "ASAN_OPTIONS=handle_segv=0"});
}

}  // namespace

TEST_CASE("a plugin that cannot be used is listed with its code, what is wrong and the cure") {
  const WorkflowFixture folder;
  for (const Refused& plugin : refused) {
    CAPTURE(plugin.fixture);
    const Finished listed = with_plugins(folder, {"plugins"}, {plugin.fixture});
    CHECK(listed.status == 0);
    CAPTURE(listed.out);
    CHECK(contains(listed.out, "broken: " + (fixtures / plugin.fixture).string()));
    CHECK(contains(listed.out, std::string("  ") + plugin.code + ": "));
    CHECK(contains(listed.out, plugin.sentence));
    CHECK(contains(listed.out, "LSTMModel"));  // the other components are listed
  }
}

TEST_CASE("a plugin on a file system that forbids execution is refused with that cause, not with a lack of memory") {
  const WorkflowFixture folder;
  const std::filesystem::path place = folder.path() / "noexec";
  std::filesystem::create_directory(place);
  if (::mount("none", place.c_str(), "tmpfs", MS_NOEXEC, "size=64m") != 0) {
    MESSAGE("skipped: it takes the right to mount");
    return;
  }
  for (const auto& entry : std::filesystem::directory_iterator(fixtures / "exits"))
    std::filesystem::copy(entry.path(), place / entry.path().filename());
  const Finished listed = folder.pipeline({"plugins", "--plugin-path", place.string()});
  ::umount(place.c_str());
  CHECK(listed.status == 0);
  CHECK_MESSAGE(contains(listed.out, "lies on a file system from which nothing may be executed (noexec): move it to another"), listed.out,
                listed.err);
}

TEST_CASE("a workflow that may need a plugin that cannot be used ends with status 3 and names it") {
  const WorkflowFixture folder;
  folder.workflow(std::string(small_training) + "[[loggers]]\ntype = \"FixtureLogger\"\n");
  for (const Refused& plugin : refused) {
    CAPTURE(plugin.fixture);
    const Finished validated = with_plugins(folder, {"validate", "workflow.toml"}, {plugin.fixture});
    CHECK(validated.status == 3);
    CHECK(contains(validated.err, "unknown logger \"FixtureLogger\""));
    CHECK(contains(validated.err, plugin.sentence));
  }
}

TEST_CASE("several plugins that cannot be used hide neither each other nor the good ones") {
  const WorkflowFixture folder;
  const Finished listed = with_plugins(folder, {"plugins", "--json"}, {"crashes", "well_made", "load_throws", "exits", "no_facts"});
  const Value libraries = from_json(listed.out, "plugins --json");
  std::map<std::string, std::string> codes;
  for (const Value& library : libraries.as_list())
    codes[std::filesystem::path(library.at("path").as_string()).stem().string()] =
        library.at("usable").as_bool() ? "" : library.at("code").as_string();
  CHECK(codes.at("libcrashes") == "crashed");
  CHECK(codes.at("libexits") == "crashed");
  CHECK(codes.at("libload_throws") == "load-throws");
  CHECK(codes.at("libno_facts") == "not-a-plugin");
  CHECK(codes.at("libwell_made").empty());
  CHECK(codes.at("liblstm").empty());
}

TEST_CASE("if two plugins give the same component, the first is used and nothing of the second") {
  const WorkflowFixture folder;
  const Finished listed = with_plugins(folder, {"plugins"}, {"well_made", "name_clash"});
  CHECK(contains(listed.out, "name-clash: the logger \"WellMadeLogger\" of " + (fixtures / "name_clash/libname_clash.so").string() +
                                 " is registered already by " + (fixtures / "well_made/libwell_made.so").string() +
                                 ": rename one of them or remove one library"));
  CHECK_FALSE(contains(listed.out, "AnotherLogger"));
}

TEST_CASE("a component whose constructor throws ends the run with status 3, named with its library") {
  const WorkflowFixture folder;
  folder.write("workflow.toml", "name = \"picky\"\n[stages.picky]\n");
  const Finished run = with_plugins(folder, {"run", "workflow.toml"}, {"constructor_throws"});
  CHECK(run.status == 3);
  CHECK(contains(run.err, "error: stage \"picky\": constructor-throws: the stage \"picky\" of " +
                              (fixtures / "constructor_throws/libconstructor_throws.so").string() + " cannot be made: no coprocessor"));
}

TEST_CASE("a number that a plugin throws is an error with the place, and does not crash the process") {
  const WorkflowFixture folder;
  const std::string sentence =
      "an object that is no std::exception was thrown: let the plugin throw a pipeline::Error, which says what is wrong";
  const auto run = [&](const std::string& stage) {
    folder.write("workflow.toml", "name = \"number\"\n[stages." + stage + "]\n");
    return with_plugins(folder, {"run", "workflow.toml"}, {"throws_number"});
  };
  const Finished ran = run("number_in_run");
  CHECK(ran.status == 1);
  CHECK(contains(ran.err, "error: stage \"number_in_run\": libthrows_number.so failed in run: " + sentence));
  const Finished unmade = run("number_in_constructor");
  CHECK(unmade.status == 3);
  CHECK(contains(unmade.err, "constructor-throws: the stage \"number_in_constructor\" of " +
                                 (fixtures / "throws_number/libthrows_number.so").string() +
                                 " cannot be made: an object that is no std::exception; mend its options, or its constructor"));
}

TEST_CASE("plugins in a folder whose name is no UTF-8 are used") {
  const WorkflowFixture folder;
  std::filesystem::create_directory(folder.path() / "caf\xe9");
  std::filesystem::copy_file(fixtures / "twin_a/libtwin_a.so", folder.path() / "caf\xe9/libtwin_a.so");
  folder.write("workflow.toml", "name = \"twins\"\n[stages.twin_a]\n");
  for (const char* verb : {"validate", "run"}) {
    const Finished ended = pipeline_program({verb, "workflow.toml", "--plugin-path", "caf\xe9"}, folder.path());
    CHECK_MESSAGE(ended.status == 0, ended.err);
  }
}

TEST_CASE("types of the same name in two plugins do not mix") {
  const WorkflowFixture folder;
  folder.write("workflow.toml", "name = \"twins\"\n[stages.twin_a]\n[stages.twin_b]\n");
  const Finished run = with_plugins(folder, {"run", "workflow.toml"}, {"twin_a", "twin_b"});
  CHECK(run.status == 0);
  CHECK(folder.read("runs/twins/twin_a/value.txt") == "2");
  CHECK(folder.read("runs/twins/twin_b/value.txt") == "1001");
}

TEST_CASE("every code is explained in docs/troubleshooting.md") {
  const std::string page = read_text(std::filesystem::path(SOURCE_DIR) / "docs/troubleshooting.md");
  for (const Refused& plugin : refused) CHECK(contains(page, std::string("`") + plugin.code + "`"));
  for (const char* code : {"unreadable", "not-loadable", "name-clash", "hangs", "constructor-throws"})
    CHECK(contains(page, std::string("`") + code + "`"));
}
