#include "run/console_log.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "support/temp_folder.h"

using namespace pipeline;

TEST_CASE("run.log holds no character that steers a terminal") {
  const TempFolder folder;
  ConsoleLog log({.level = "error", .quiet = true});
  log.open_file(folder.path() / "run.log");
  log.info("column \x1b]0;title\x07 ü");
  const std::string text = read_text(folder.path() / "run.log");
  CHECK(text.ends_with(" info column \\x1b]0;title\\x07 ü\n"));
}

TEST_CASE("a run.log that is a link or a named pipe is refused with a sentence") {
  const TempFolder folder;
  const std::string link = (folder.path() / "link").string(), pipe = (folder.path() / "pipe").string();
  write_text(folder.path() / "mine", "precious");
  std::filesystem::create_symlink("mine", link);
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  ConsoleLog log({});
  CHECK_THROWS_WITH_AS(log.open_file(link), ("cannot write " + link + ": it is a symbolic link, which is not followed: remove it").c_str(),
                       Error);
  CHECK_THROWS_WITH_AS(log.open_file(pipe), ("cannot write " + pipe + ": it is a named pipe").c_str(), Error);
  CHECK(read_text(folder.path() / "mine") == "precious");
}
