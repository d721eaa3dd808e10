#include "tensorboard/event_file.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <csignal>

#include <fstream>

#include "records_fixture.h"
#include "support/eventually.h"
#include "support/recording_log.h"
#include "support/temp_folder.h"

using namespace pipeline::loggers::tensorboard;
using pipeline::test::only_file;
using pipeline::test::read_records;
using pipeline::test::RecordingLog;

namespace {

constexpr std::chrono::hours never{1};

/// Limits the size of the files that this process writes, as a full disk does.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

}  // namespace

TEST_CASE("flush puts everything that was added into the file, after the version record") {
  const TempFolder folder;
  RecordingLog log;
  EventFile file(folder.path(), never, log);
  file.add("first");
  file.add("second");
  file.flush();
  const auto records = read_records(only_file(folder.path(), "tfevents"));
  REQUIRE(records.size() == 3);
  CHECK(records[0].find("brain.Event:2") != std::string::npos);
  CHECK(records[1] == "first");
  CHECK(records[2] == "second");
  CHECK(log.warnings().empty());
}

TEST_CASE("a file is cut back and continued; a missing one is begun again") {
  const TempFolder folder;
  RecordingLog log;
  FileExtent extent;
  {
    EventFile file(folder.path(), never, log);
    file.add("first");
    extent = file.extent();
    file.add("lost");
  }
  {
    EventFile file(folder.path(), never, log, extent);
    CHECK(file.extent().bytes == extent.bytes);
    file.add("second");
  }
  const auto records = read_records(only_file(folder.path(), "tfevents"));
  REQUIRE(records.size() == 3);
  CHECK(records[1] == "first");
  CHECK(records[2] == "second");
  std::filesystem::remove(only_file(folder.path(), "tfevents"));
  {
    EventFile file(folder.path(), never, log, extent);
    file.add("third");
  }
  CHECK(read_records(only_file(folder.path(), "tfevents")).size() == 2);
}

TEST_CASE("the writer's thread writes without being asked") {
  const TempFolder folder;
  RecordingLog log;
  EventFile file(folder.path(), std::chrono::milliseconds(1), log);
  file.add("event");
  CHECK(eventually([&] { return !std::filesystem::is_empty(folder.path()); }));
}

TEST_CASE("added records reach the file when the logger is destroyed") {
  const TempFolder folder;
  RecordingLog log;
  { EventFile(folder.path(), never, log).add("event"); }
  CHECK(read_records(only_file(folder.path(), "tfevents")).size() == 2);
}

TEST_CASE("without records there is no file") {
  const TempFolder folder;
  RecordingLog log;
  { const EventFile file(folder.path(), never, log); }
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a later file's name sorts after the earlier ones") {
  const TempFolder folder;
  const std::string first = event_file_name(folder.path(), 1'700'000'000, 0);
  CHECK(first.starts_with("events.out.tfevents.1700000000."));
  std::ofstream(folder.path() / first);
  const std::string second = event_file_name(folder.path(), 1'700'000'000, 0);
  CHECK(second.starts_with("events.out.tfevents.1700000001."));
  CHECK(event_file_name(folder.path(), 42'000'000'000 / 10, 0) > second);
}

TEST_CASE("a missing folder causes one warning, but does not end the training") {
  const TempFolder folder;
  RecordingLog log;
  EventFile file(folder.path() / "gone", never, log);
  file.add("first");
  file.flush();
  file.add("second");
  file.flush();
  REQUIRE(log.warnings().size() == 1);
  CHECK(log.warnings()[0].find("No such file or directory") != std::string::npos);
}

TEST_CASE("a folder removed during training causes one warning") {
  const TempFolder folder;
  RecordingLog log;
  EventFile file(folder.path(), never, log);
  file.add("first");
  file.flush();
  std::filesystem::remove_all(folder.path());
  file.add("second");
  file.flush();
  file.flush();
  REQUIRE(log.warnings().size() == 1);
  CHECK(log.warnings()[0].find("was removed") != std::string::npos);
}

TEST_CASE("a full disk causes one warning with the system's reason") {
  const TempFolder folder;
  RecordingLog log;
  EventFile file(folder.path(), never, log);
  {
    const FileSizeLimit limit(1000);
    file.add(std::string(5000, 'x'));
    file.flush();
  }
  file.add("later");
  file.flush();
  REQUIRE(log.warnings().size() == 1);
  CHECK(log.warnings()[0].find("File too large") != std::string::npos);
}

TEST_CASE("records beyond the queue's limit are left out with one warning") {
  const TempFolder folder;
  RecordingLog log;
  EventFile file(folder.path(), never, log);
  const std::string huge(std::size_t{65} << 20U, 'x');
  file.add(huge);
  file.add(huge);
  file.add("small");
  file.flush();
  CHECK(read_records(only_file(folder.path(), "tfevents")).size() == 2);
  REQUIRE(log.warnings().size() == 1);
  CHECK(log.warnings()[0].find("left out") != std::string::npos);
}
