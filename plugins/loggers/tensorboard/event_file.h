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

/// Values that the writer's thread puts into bins.
struct RawHistogram {
  Moment moment;
  std::string tag;
  std::vector<float> values;
};

/// A serialised event, or the values to make one from.
using Record = std::variant<std::string, RawHistogram>;

/// The extent of an events file.
struct FileExtent {
  std::string name;  ///< within its folder; empty: nothing was written yet
  std::int64_t bytes = 0;
};

/// An events file with a writer thread of its own. `add` only queues the record, without disk access or waiting. The queue is bounded. If
/// the disk is too slow, or after a failed write, records are dropped with one warning.
class EventFile {
 public:
  /// `before`: the file to cut to that length and continue, if it exists and is that long; otherwise the log is told, and a new file
  /// begins.
  EventFile(std::filesystem::path folder, std::chrono::milliseconds flush_interval, Log& log, const FileExtent& before = {});
  ~EventFile();
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;

  void add(Record record);
  /// Returns when every added record is in the file.
  void flush();
  /// Whether the newest event of this length in the folder's files is this one, whenever it was written: those with the same tags and step
  /// have the same length.
  [[nodiscard]] bool folder_ends_with(std::string_view event) const;
  /// Flushes, and returns the extent of the file.
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

  std::mutex queue_mutex_;  // guards the queue and the flags; held only briefly
  std::vector<Record> queue_;
  std::size_t queued_bytes_ = 0;
  bool closed_ = false;  // a write failed: no more records are accepted
  bool dropped_ = false;

  std::mutex file_mutex_;  // guards the file; held while writing
  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;

  Periodic writer_;  // last: stops before the members that it uses are destroyed
};

/// A record in TFRecord's frame: length, its checksum, data, their checksum.
void append_framed(std::string& out, std::string_view event);

/// The last event of that many bytes in an events file; empty if there is none.
[[nodiscard]] std::string last_event(const std::filesystem::path& file, std::size_t size);

/// `events.out.tfevents.<seconds>.<host>.<pid>.<n>`. Readers take a folder's files in the order of their names, so the seconds are later
/// than those of every existing file.
[[nodiscard]] std::string event_file_name(const std::filesystem::path& folder, std::int64_t now, int n);

}  // namespace pipeline::loggers::tensorboard
