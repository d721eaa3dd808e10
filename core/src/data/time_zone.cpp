#include "data/time_zone.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <utility>

#include "data/calendar.h"
#include "data/zone_rule.h"
#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "pipeline/schema.h"

namespace pipeline {
namespace {

constexpr std::int64_t last_year = 2262;
constexpr std::int64_t beginning = std::numeric_limits<std::int64_t>::min();

std::filesystem::path zone_folder() {
  const char* const folder = std::getenv("TZDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/usr/share/zoneinfo";
}

/// Numbers of a TZif file, most significant byte first.
class Bytes {
 public:
  Bytes(std::string_view bytes, const std::filesystem::path& file) : rest_(bytes), file_(file) {}

  std::string_view take(std::size_t count) {
    if (count > rest_.size()) throw Error(ExitStatus::unexpected, file_.string() + " is no file of a time zone; install tzdata again");
    const std::string_view out = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return out;
  }
  std::int64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    const std::string_view text = take(bytes);
    for (const char c : text) value = value << 8U | static_cast<unsigned char>(c);
    return bytes == 4 ? static_cast<std::int32_t>(static_cast<std::uint32_t>(value)) : static_cast<std::int64_t>(value);
  }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  const std::filesystem::path& file_;
};

/// The counts of a TZif header: of UT marks, standard marks, leap seconds, changes, types and characters.
struct Header {
  std::size_t ut, standard, leaps, times, types, characters;

  static Header read(Bytes& bytes) {
    const bool good = bytes.take(4) == "TZif";
    const bool has_64_bits = bytes.take(1)[0] >= '2';
    bytes.take(15);
    const auto count = [&] { return static_cast<std::size_t>(bytes.number(4)) & 0xffffff; };
    Header out{};
    out.ut = count(), out.standard = count(), out.leaps = count(), out.times = count(), out.types = count(), out.characters = count();
    if (!good || !has_64_bits || out.types == 0) bytes.take(std::numeric_limits<std::size_t>::max());
    return out;
  }
};

/// The nearest names of the system's list of zones.
std::vector<std::string> known_zones() {
  std::vector<std::string> names{"UTC"};
  std::ifstream list(zone_folder() / "tzdata.zi");
  for (std::string line; std::getline(list, line);) {
    const bool link = line.starts_with("L ");
    if (!link && !line.starts_with("Z ")) continue;
    const std::size_t first = link ? line.find(' ', 2) + 1 : 2;
    names.push_back(line.substr(first, line.find(' ', first) - first));
  }
  return names;
}

bool is_zone_name(const std::string& name) {
  return !name.empty() && name.front() != '/' && name.find("..") == std::string::npos &&
         name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-") == std::string::npos;
}

}  // namespace

TimeZone::TimeZone(std::string name, std::vector<Change> changes, std::string rule)
    : name_(std::move(name)), rule_(std::move(rule)), stated_(changes.size()), changes_(std::move(changes)) {
  if (rule_.empty()) return;
  const std::int64_t last = changes_.back().at;
  const std::int64_t year = last == beginning ? 1900 : civil_from_days(last / 86'400).year;
  for (const auto& [at, east] : changes_by_rule(rule_, year, last_year)) {
    if (at > last) changes_.push_back({at, east});
  }
}

TimeZone TimeZone::load(const std::string& name) {
  const std::filesystem::path folder = zone_folder();
  if (!std::filesystem::is_directory(folder))
    throw Error(ExitStatus::unexpected, "time_zone = \"" + name + "\" needs the system's time zones, and there is no " + folder.string() +
                                            ": install the package tzdata (apt-get install tzdata)");
  if (!is_zone_name(name) || !std::filesystem::is_regular_file(folder / name))
    throw usage_error("time_zone = \"" + name + "\" is no time zone of this system; write a name such as \"Europe/Berlin\" or \"UTC\"" +
                      suggest(name, known_zones()));
  return read(name, folder / name);
}

TimeZone TimeZone::read(const std::string& name, const std::filesystem::path& file) {
  const std::string text = read_text(file);
  Bytes bytes(text, file);
  const Header old = Header::read(bytes);  // of a block in 32 bits, which is skipped
  bytes.take(old.times * 5 + old.types * 6 + old.characters + old.leaps * 8 + old.standard + old.ut);
  const Header header = Header::read(bytes);
  std::vector<std::int64_t> times, types, offsets;
  for (std::size_t i = 0; i < header.times; ++i) times.push_back(bytes.number(8));
  for (std::size_t i = 0; i < header.times; ++i) types.push_back(static_cast<unsigned char>(bytes.take(1)[0]));
  for (std::size_t i = 0; i < header.types; ++i) offsets.push_back(bytes.number(4)), bytes.take(2);
  bytes.take(header.characters + header.leaps * 12 + header.standard + header.ut);
  std::string_view rule = bytes.rest();
  if (!rule.starts_with('\n') || !rule.ends_with('\n')) bytes.take(bytes.rest().size() + 1);
  rule = rule.substr(1, rule.size() - 2);
  std::vector<Change> changes{{beginning, offsets[0]}};
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (types[i] >= static_cast<std::int64_t>(offsets.size())) bytes.take(bytes.rest().size() + 1);
    const std::int64_t east = offsets[static_cast<std::size_t>(types[i])];
    if (times[i] > changes.back().at && east != changes.back().east) changes.push_back({times[i], east});
  }
  return {name, std::move(changes), std::string(rule)};
}

TimeZone TimeZone::from_value(const Value& value) {
  std::vector<Change> changes;
  for (const Value& pair : value.at("changes").as_list()) {
    const Value::List& items = pair.as_list();
    if (items.size() != 2) throw data_error("a change of a time zone has a time and an offset");
    changes.push_back({items[0].as_int(), items[1].as_int()});
    constexpr std::int64_t most = 106'751 * std::int64_t{86'400}, farthest = 26 * 3'600;
    const auto within = [](std::int64_t number, std::int64_t limit) { return number >= -limit && number <= limit; };
    if (!within(changes.back().at, most) || !within(changes.back().east, farthest))
      throw data_error("a change of a time zone lies too far away");
    if (changes.size() > 1 && changes.back().at <= changes[changes.size() - 2].at)
      throw data_error("the changes of a time zone are not in order");
  }
  if (changes.empty()) throw data_error("a time zone has no offset");
  changes.front().at = beginning;
  return {value.at("name").as_string(), std::move(changes), value.at("rule").as_string()};
}

Value TimeZone::to_value() const {
  Value::List changes;
  for (std::size_t i = 0; i < stated_; ++i) changes.push_back(Value::List{i == 0 ? std::int64_t{0} : changes_[i].at, changes_[i].east});
  if (changes.size() > 1 && changes_[1].at <= 0) changes[0] = Value::List{changes_[1].at - 1, changes_[0].east};
  return Value::Map{{"name", name_}, {"changes", changes}, {"rule", rule_}};
}

std::string TimeZone::hash() const {
  std::string text;
  for (const Change& change : changes_) text += std::to_string(change.at) + " " + std::to_string(change.east) + "\n";
  return sha256(text);
}

std::size_t TimeZone::index_at(std::int64_t seconds) const {
  const auto after = std::ranges::upper_bound(changes_, seconds, {}, &Change::at);
  return static_cast<std::size_t>(after - changes_.begin()) - 1;
}

std::int64_t TimeZone::offset_at(std::int64_t utc) const {
  const std::int64_t seconds = utc / nanoseconds_per_second - (utc % nanoseconds_per_second < 0 ? 1 : 0);
  return changes_[index_at(seconds)].east;
}

std::int64_t TimeZone::to_local(std::int64_t utc) const { return utc + offset_at(utc) * nanoseconds_per_second; }

SureOffset TimeZone::sure_offset(std::int64_t utc) const {
  constexpr std::int64_t margin = 2 * nanoseconds_per_day, first = -106'700 * nanoseconds_per_day;
  const std::size_t i = index_at(utc / nanoseconds_per_second);
  const std::int64_t east = changes_[i].east * nanoseconds_per_second;
  const auto border = [&](std::int64_t at) {
    return std::clamp(at, first / nanoseconds_per_second, -first / nanoseconds_per_second) * nanoseconds_per_second;
  };
  const std::int64_t low = border(changes_[i].at) + east + margin;
  const std::int64_t high = (i + 1 < changes_.size() ? border(changes_[i + 1].at) : -first) + east - margin;
  return low < high ? SureOffset{low, high, east} : SureOffset{};
}

LocalInstants TimeZone::find(std::int64_t local) const {
  constexpr std::int64_t longest_offset = 26 * 3'600;  // no zone was ever farther from UTC
  const std::int64_t seconds = local / nanoseconds_per_second - (local % nanoseconds_per_second < 0 ? 1 : 0);
  LocalInstants out{.count = 0};
  for (std::size_t i = index_at(seconds - longest_offset); i < changes_.size(); ++i) {
    const std::int64_t utc = seconds - changes_[i].east, instant = local - changes_[i].east * nanoseconds_per_second;
    if (utc < changes_[i].at) {  // before this change, and after the end of the time before it: left out by the clocks
      if (out.count == 0) out.later = instant;
      break;
    }
    const bool ends_before = i + 1 < changes_.size() && utc >= changes_[i + 1].at;
    if (ends_before) {
      if (out.count == 0) out.earlier = instant;
      continue;
    }
    (out.count++ == 0 ? out.earlier : out.later) = instant;
    if (out.count == 1) out.later = instant;
  }
  return out;
}

}  // namespace pipeline
