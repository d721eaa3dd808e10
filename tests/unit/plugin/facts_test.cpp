#include <doctest/doctest.h>

#include "pipeline/data/files.h"
#include "pipeline/plugin.h"
#include "plugin/facts.h"
#include "support/temp_folder.h"

using namespace pipeline;

namespace {

PluginFacts matching() { return {"author 2 data 1", PIPELINE_ABI_TAG, "2.13.0", "lstm", "1.0.0"}; }

}  // namespace

TEST_CASE("facts are read from a library's bytes without loading it") {
  const TempFolder folder;
  const auto file = folder.path() / "libx.so";
  write_text(file, std::string("\x7f"
                               "ELF....") +
                       plugin_facts_marker + "author 2 data 1\ngcc12\n2.13.0\nlstm\n1.2.3\n");
  const auto facts = read_plugin_facts(file);
  REQUIRE(facts);
  CHECK(facts->tiers == "author 2 data 1");
  CHECK(facts->torch_version == "2.13.0");
  CHECK(facts->name == "lstm");
  CHECK(facts->version == "1.2.3");
}

TEST_CASE("a file that is no library, or a library that is no plugin, has no facts") {
  const TempFolder folder;
  write_text(folder.path() / "text.so", std::string(plugin_facts_marker) + "1\na\nb\nc\nd\n");
  write_text(folder.path() / "plain.so",
             "\x7f"
             "ELF nothing here");
  write_text(folder.path() / "cut.so", std::string("\x7f"
                                                   "ELF") +
                                           plugin_facts_marker + "1\ngcc");
  CHECK_FALSE(read_plugin_facts(folder.path() / "text.so"));
  CHECK_FALSE(read_plugin_facts(folder.path() / "plain.so"));
  CHECK_FALSE(read_plugin_facts(folder.path() / "cut.so"));
  for (const char* tiers : {"", "author", "author two", "data 1"}) CHECK_FALSE(parse_tiers(tiers));
}

TEST_CASE("an incompatibility names both sides and the cure") {
  CHECK(incompatibility(matching(), "2.13.0").code == RefusalCode::none);
  CHECK(incompatibility(matching(), "2.14.1").code == RefusalCode::other_libtorch);
  CHECK(incompatibility(matching(), "2.14.1").reason ==
        "built for LibTorch 2.13.0, this host has 2.14.1: rebuild it against this LibTorch");
  PluginFacts other = matching();
  other.tiers = "author 99 data 1";
  CHECK(incompatibility(other, "2.13.0").reason ==
        "built for plugin API author 99, this host has author 2: rebuild it against this host's headers");
  other.tiers = "author 2 search 9";
  CHECK(incompatibility(other, "2.13.0").reason ==
        "built for plugin API search 9, this host has search 1: rebuild it against this host's headers");
  other.tiers = "author 2 clouds 1";
  CHECK(incompatibility(other, "2.13.0").reason ==
        "uses the tier clouds of the plugin API, which this host does not have: rebuild it against this host's headers");
  other.tiers = "1";  // of a plugin built before tiers existed
  CHECK(incompatibility(other, "2.13.0").reason.starts_with("built for plugin API author 1, this host has author 2"));
  other = matching();
  other.abi_tag = "clang";
  CHECK(incompatibility(other, "2.13.0").reason.starts_with("built with the C++ ABI clang, this host has gcc"));
  other = matching();
  other.torch_version = "";
  CHECK(incompatibility(other, "2.14.1").code == RefusalCode::none);
}
