#include "base/file_descriptor.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "support/temp_folder.h"

using namespace pipeline;
namespace fs = std::filesystem;

TEST_CASE("a named pipe, a folder and a device are refused at once instead of read") {
  const TempFolder folder;
  const std::string pipe = (folder.path() / "pipe").string();
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_THROWS_WITH_AS(static_cast<void>(open_to_read(pipe)), ("cannot read " + pipe + ": it is a named pipe").c_str(), Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(open_to_read(folder.path())),
                       ("cannot read " + folder.path().string() + ": it is a folder").c_str(), Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(open_to_read("/dev/zero")), "cannot read /dev/zero: it is a device", Error);
}

TEST_CASE("a named pipe in the place of an own file is refused") {
  const TempFolder folder;
  const std::string pipe = (folder.path() / "pipe").string();
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const int flags : {O_RDWR, O_WRONLY})
    CHECK_THROWS_WITH_AS(static_cast<void>(open_own_file(pipe, flags | O_CREAT)), ("cannot write " + pipe + ": it is a named pipe").c_str(),
                         Error);
}

TEST_CASE("a symbolic link in the place of an own file is refused, and its target stays") {
  const TempFolder folder;
  const fs::path target = folder.path() / "target", link = folder.path() / "link";
  write_text(target, "precious");
  fs::create_symlink(target, link);
  CHECK_THROWS_WITH_AS(static_cast<void>(open_own_file(link, O_RDWR | O_CREAT | O_TRUNC)),
                       ("cannot write " + link.string() + ": it is a symbolic link, which is not followed: remove it").c_str(), Error);
  CHECK(read_text(target) == "precious");
}

TEST_CASE("a new file replaces a link and leaves its target alone") {
  const TempFolder folder;
  const fs::path target = folder.path() / "target";
  write_text(target, "precious");
  for (const bool symbolic : {true, false}) {
    const fs::path link = folder.path() / (symbolic ? "symbolic" : "hard");
    symbolic ? fs::create_symlink(target, link) : fs::create_hard_link(target, link);
    CHECK(write_all(create_file(link).get(), "new") == 0);
    CHECK(read_text(link) == "new");
    CHECK(read_text(target) == "precious");
  }
}

TEST_CASE("all bytes are written though a pipe takes them in parts") {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const FileDescriptor reader(ends[0]);
  const std::string sent(1 << 20, 'x');
  const pid_t child = ::fork();
  if (child == 0) ::_exit(write_all(ends[1], sent));
  ::close(ends[1]);
  std::size_t received = 0;
  std::string part(4096, ' ');
  for (ssize_t got = 0; (got = ::read(ends[0], part.data(), part.size())) > 0;) received += static_cast<std::size_t>(got);
  CHECK(received == sent.size());
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("a failing write gives its reason") { CHECK(write_all(-1, "x") == EBADF); }
