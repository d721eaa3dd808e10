#include <doctest/doctest.h>

#include "pipeline/data/files.h"
#include "run/build_id.h"
#include "support/temp_folder.h"

using namespace pipeline;

TEST_CASE("a program's build id is read from its file, and anything else has none") {
  const std::string id = build_id("/proc/self/exe");
  CHECK(id.size() >= 8);
  CHECK(build_id("/proc/self/exe") == id);
  const TempFolder folder;
  const std::string program = read_text("/proc/self/exe");
  for (const std::size_t kept : {0U, 3U, 40U, 64U, 100U, 200U}) {
    write_text(folder.path() / "cut", program.substr(0, kept));
    CHECK(build_id(folder.path() / "cut").empty());
  }
  write_text(folder.path() / "text", "no program");
  CHECK(build_id(folder.path() / "text").empty());
  CHECK(build_id(folder.path() / "missing").empty());
}
