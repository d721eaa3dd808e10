#include "event_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <functional>
#include <string_view>
#include <utility>

#include "crc32c.h"
#include "histogram.h"

namespace pipeline::loggers::tensorboard {

namespace {

constexpr std::string_view stem = "events.out.tfevents.";
constexpr std::size_t poke_bytes = std::size_t{1} << 20U;
constexpr std::size_t most_queued_bytes = std::size_t{64} << 20U;

double seconds_now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::size_t size_of(const Record& record) {
  if (const auto* event = std::get_if<std::string>(&record)) return event->size();
  return std::get<RawHistogram>(record).values.size() * sizeof(float);
}

/// The serialised event; empty if there is nothing to show.
std::string encode(Record record) {
  if (auto* event = std::get_if<std::string>(&record)) return std::move(*event);
  const auto& raw = std::get<RawHistogram>(record);
  const Histogram histogram = bin_values(raw.values);
  return histogram.number > 0 ? histogram_event(raw.moment, raw.tag, histogram) : std::string();
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 && name.front() != '\0' ? name.data() : "localhost";
}

template <class Unsigned>
void append_little_endian(std::string& out, Unsigned value) {
  for (unsigned shift = 0; shift < 8 * sizeof(value); shift += 8) out += static_cast<char>((value >> shift) & 0xFFU);
}

}  // namespace

void append_framed(std::string& out, std::string_view event) {
  const std::size_t start = out.size();
  append_little_endian(out, static_cast<std::uint64_t>(event.size()));
  append_little_endian(out, masked_crc32c(std::string_view(out).substr(start)));
  out += event;
  append_little_endian(out, masked_crc32c(event));
}

std::string last_event(const std::filesystem::path& file, std::size_t size) {
  constexpr std::size_t length_and_checksum = 12, checksum = 4;  // bytes
  std::ifstream in(file, std::ios::binary);
  std::string last, body(size, '\0');
  for (std::array<unsigned char, length_and_checksum> head{}; in.read(reinterpret_cast<char*>(head.data()), head.size());) {
    std::uint64_t length = 0;
    for (unsigned byte = 0; byte < sizeof(length); ++byte) length |= std::uint64_t{head[byte]} << (8 * byte);
    if (length > std::uint64_t{1} << 40U) break;  // no frame: the file is damaged
    if (length != size) {
      in.seekg(static_cast<std::streamoff>(length + checksum), std::ios::cur);
    } else if (in.read(body.data(), static_cast<std::streamsize>(size)).seekg(checksum, std::ios::cur)) {
      last = body;
    }
  }
  return last;
}

std::string event_file_name(const std::filesystem::path& folder, std::int64_t now, int n) {
  std::error_code unreadable;
  for (std::filesystem::directory_iterator entry(folder, unreadable), end; !unreadable && entry != end; entry.increment(unreadable)) {
    const std::string name = entry->path().filename();
    if (!name.starts_with(stem)) continue;
    std::int64_t seconds = 0;
    std::from_chars(name.data() + stem.size(), name.data() + name.size(), seconds);
    if (seconds < 9'999'999'999) now = std::max(now, seconds + 1);
  }
  std::array<char, 32> digits{};
  std::snprintf(digits.data(), digits.size(), "%010lld", static_cast<long long>(now));
  return std::string(stem) + digits.data() + "." + host_name() + "." + std::to_string(getpid()) + "." + std::to_string(n);
}

EventFile::EventFile(std::filesystem::path folder, std::chrono::milliseconds flush_interval, Log& log, const FileExtent& before)
    : folder_(std::move(folder)), log_(log), writer_(flush_interval, [this] { drain(); }) {
  if (!before.name.empty()) continue_file(before);
}

EventFile::~EventFile() { drain(); }

void EventFile::add(Record record) {
  const std::size_t size = size_of(record) + sizeof(Record);
  bool poke = false, warn = false;
  {
    const std::lock_guard lock(queue_mutex_);
    if (closed_) return;
    if (queued_bytes_ + size > most_queued_bytes) {
      warn = !std::exchange(dropped_, true);
    } else {
      poke = queued_bytes_ < poke_bytes && queued_bytes_ + size >= poke_bytes;
      queued_bytes_ += size;
      queue_.push_back(std::move(record));
    }
  }
  if (poke) writer_.poke();
  if (warn) log_.warning("TensorBoardLogger: " + folder_.string() + " takes records slower than they come: some are left out");
}

void EventFile::flush() { drain(); }

bool EventFile::folder_ends_with(std::string_view event) const {
  constexpr std::size_t wall_time = 9;  // bytes at the beginning of each event that events.h makes
  std::vector<std::filesystem::path> files;
  std::error_code unreadable;
  for (std::filesystem::directory_iterator entry(folder_, unreadable), end; !unreadable && entry != end; entry.increment(unreadable)) {
    if (entry->path().filename().native().starts_with(stem)) files.push_back(entry->path());
  }
  std::ranges::sort(files, std::greater{});  // names begin with the seconds of their first event
  for (const std::filesystem::path& file : files) {
    const std::string last = last_event(file, event.size());
    if (!last.empty()) return std::string_view(last).substr(wall_time) == event.substr(wall_time);
  }
  return false;
}

FileExtent EventFile::extent() {
  drain();
  const std::lock_guard lock(file_mutex_);
  struct stat status {};
  if (!file_ || fstat(fileno(file_.get()), &status) != 0) return {};
  return {.name = path_.filename(), .bytes = status.st_size};
}

void EventFile::continue_file(const FileExtent& before) {
  const std::lock_guard lock(file_mutex_);
  const std::filesystem::path path = folder_ / std::filesystem::path(before.name).filename();
  const auto begin_anew = [&](const std::string& why) {
    log_.warning("TensorBoardLogger: " + path.string() + " cannot be continued: " + why + ". The training goes on in a new file");
  };
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return begin_anew(std::strerror(errno));
  if (status.st_size < before.bytes)
    return begin_anew("it has " + std::to_string(status.st_size) + " of the " + std::to_string(before.bytes) +
                      " bytes that it had when the training stopped, the others are lost");
  if (::truncate(path.c_str(), before.bytes) == 0) file_.reset(std::fopen(path.c_str(), "abe"));
  if (!file_) return begin_anew(std::strerror(errno));
  path_ = path;
}

void EventFile::drain() {
  const std::lock_guard lock(file_mutex_);
  std::vector<Record> records;
  {
    const std::lock_guard queue_lock(queue_mutex_);
    records.swap(queue_);
    queued_bytes_ = 0;
  }
  if (records.empty()) return;
  std::string bytes;
  if (!file_) {
    open();
    if (!file_) return;
    append_framed(bytes, version_event(seconds_now()));
  }
  for (Record& record : records) {
    if (const std::string event = encode(std::move(record)); !event.empty()) append_framed(bytes, event);
  }
  write(bytes);
}

void EventFile::open() {
  const auto now = static_cast<std::int64_t>(seconds_now());
  for (int n = 0; n < 100; ++n) {
    path_ = folder_ / event_file_name(folder_, now, n);
    file_.reset(std::fopen(path_.c_str(), "wbxe"));
    if (file_ || errno != EEXIST) break;
  }
  if (!file_) fail(std::strerror(errno));
}

void EventFile::write(const std::string& bytes) {
  struct stat status {};
  if (fstat(fileno(file_.get()), &status) == 0 && status.st_nlink == 0) return fail("the file was removed");
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size() || std::fflush(file_.get()) != 0) fail(std::strerror(errno));
}

void EventFile::fail(const std::string& reason) {
  {
    const std::lock_guard lock(queue_mutex_);
    if (std::exchange(closed_, true)) return;
    queue_.clear();
  }
  log_.warning("TensorBoardLogger: cannot write " + path_.string() + ": " + reason + "; the training goes on without it");
}

}  // namespace pipeline::loggers::tensorboard
