#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "../periodic.h"
#include "events.h"
#include "pipeline/log.h"

namespace pipeline::loggers::tensorboard {

/// Values whose binning is left to the writer's thread.
struct RawHistogram {
  Moment moment;
  std::string tag;
  std::vector<float> values;
};

/// A serialised event, or what one is made from.
using Record = std::variant<std::string, RawHistogram>;

/// How much of an events file there is.
struct FileExtent {
  std::string name;  ///< within its folder; empty: nothing was written yet
  std::int64_t bytes = 0;
};

/// An events file that a thread of its own writes. `add` only queues: no disk, no wait. The queue is bounded; what the disk cannot take
/// in time, and everything after a failed write, is dropped with one warning.
class EventFile {
 public:
  /// `before`: a file that is cut to that length and continued, where it is there and has it; else a new one is begun.
  EventFile(std::filesystem::path folder, std::chrono::milliseconds flush_interval, Log& log, const FileExtent& before = {});
  ~EventFile();
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;

  void add(Record record);
  /// Returns when all that was added stands in the file.
  void flush();
  /// The same; how long the file is then.
  [[nodiscard]] FileExtent extent();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  void drain();
  void open();
  void continue_file(const FileExtent& before);
  void write(const std::string& bytes);
  void fail(const std::string& reason);

  const std::filesystem::path folder_;
  Log& log_;

  std::mutex queue_mutex_;  // guards what follows; held for moments only
  std::vector<Record> queue_;
  std::size_t queued_bytes_ = 0;
  bool closed_ = false;  // a write failed: nothing more is taken
  bool dropped_ = false;

  std::mutex file_mutex_;  // guards the file; held while writing
  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;

  Periodic writer_;  // last: stops before what it uses goes
};

/// A record as TFRecord frames it: length, its checksum, data, their checksum.
void append_framed(std::string& out, std::string_view event);

/// `events.out.tfevents.<seconds>.<host>.<pid>.<n>`: readers take a folder's files in order of name, so the seconds are later than those
/// of every file that is there.
[[nodiscard]] std::string event_file_name(const std::filesystem::path& folder, std::int64_t now, int n);

}  // namespace pipeline::loggers::tensorboard
