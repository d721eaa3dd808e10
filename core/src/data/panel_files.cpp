#include "data/panel_files.h"

#include <algorithm>
#include <cstring>

#include "data/json_parts.h"
#include "pipeline/data/new_file.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr const char* integers = "<i8";
constexpr const char* group_name = "series_group.npy";
static_assert(sizeof(Segment) == 2 * sizeof(std::int64_t), "segments.npy is mapped as segments");

void write_integers(const std::filesystem::path& file, std::initializer_list<std::int64_t> shape, const void* numbers) {
  const NpyOutput<std::int64_t> out(file, integers, std::span(shape.begin(), shape.size()));
  if (!out.data().empty()) std::memcpy(out.data().data(), numbers, out.data().size_bytes());
}

std::int64_t length_of(const NpyFile& file) { return file.header().shape.empty() ? 0 : file.header().shape[0]; }

}  // namespace

std::string line_of_id(std::string_view id) {
  std::string line;
  for (const char c : id) {
    if (c == '\\') {
      line += "\\\\";
    } else if (c == '\n') {
      line += "\\n";
    } else if (c == '\r') {
      line += "\\r";
    } else {
      line += c;
    }
  }
  return line;
}

std::string id_of_line(std::string_view line) {
  std::string id;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\' || i + 1 == line.size()) {
      id += line[i];
      continue;
    }
    const char next = line[++i];
    id += next == 'n' ? '\n' : next == 'r' ? '\r' : next;
  }
  return id;
}

void write_panel(const std::filesystem::path& folder, const PanelParts& parts) {
  const auto series = std::ssize(parts.ids);
  write_integers(folder / "series_start.npy", {series + 1}, parts.start.data());
  const std::int64_t splits = parts.calibrates ? 4 : 3;
  const NpyOutput<std::int64_t> ends(folder / "split_end.npy", integers, std::array{series, splits});
  std::int64_t* end = ends.data().data();
  for (const SplitEnd& of : parts.split_end) {
    for (std::size_t i = 0; i < of.size(); ++i) {
      if (parts.calibrates || splits_in_time[i] != Split::calibration) *end++ = of[i];
    }
  }
  write_integers(folder / "segments.npy", {std::ssize(parts.segments), 2}, parts.segments.data());
  const auto scaled = std::ssize(parts.scale) / (2 * parts.columns);
  const NpyOutput<double> scale(folder / "scale.npy", "<f8", std::array{scaled, parts.columns, std::int64_t{2}});
  std::ranges::copy(parts.scale, scale.data().begin());
  if (!parts.group.empty()) write_integers(folder / group_name, {series}, parts.group.data());
  NewFile ids(folder / "ids.txt");
  for (const std::string& id : parts.ids) ids.write(line_of_id(id) + "\n");
  ids.commit();
}

PanelFiles::PanelFiles(const std::filesystem::path& folder, const SeriesInfo& info, std::int64_t rows)
    : start_file_(folder / "series_start.npy"),
      split_file_(folder / "split_end.npy"),
      segment_file_(folder / "segments.npy"),
      scale_file_(folder / "scale.npy"),
      id_file_(folder / "ids.txt") {
  const std::int64_t series = info.panel->series, columns = std::ssize(info.columns), segments = length_of(segment_file_);
  const auto damaged = [&](const char* file, const char* what) {
    return data_error((folder / file).string() + " is damaged: " + what + "; " + damage_cure(folder / file));
  };
  start_ = start_file_.as<std::int64_t>(integers, std::array{series + 1});
  if (start_.front() != 0 || start_.back() != rows || !std::ranges::is_sorted(start_))
    throw damaged("series_start.npy", "its series are not those of the rows");
  const std::vector<std::int64_t>& splits = split_file_.header().shape;
  const bool calibrates = splits.size() == 2 && splits[1] == 4;
  split_end_ = split_file_.as<std::int64_t>(integers, std::array{series, std::int64_t{calibrates ? 4 : 3}});
  for (std::int64_t s = 0; s < series; ++s) {
    const SplitEnd ends = split_end(s);
    const auto at = static_cast<std::size_t>(s);
    if (ends.front() < start_[at] || !std::ranges::is_sorted(ends) || ends.back() > start_[at + 1])
      throw damaged("split_end.npy", "a split lies beyond its series");
  }
  const auto numbers = segment_file_.as<std::int64_t>(integers, std::array{segments, std::int64_t{2}});
  segments_ = {reinterpret_cast<const Segment*>(numbers.data()), static_cast<std::size_t>(segments)};
  std::int64_t at = 0;
  for (const Segment& s : segments_) {
    if (s.first != at || s.count < 0 || s.count > rows - s.first) throw damaged("segments.npy", "its segments are not those of the rows");
    at += s.count;
  }
  const auto scale = scale_file_.as<double>("<f8", std::array{info.panel->scaled_by_series ? series : 1, columns, std::int64_t{2}});
  if (info.panel->scaled_by_series) scale_ = scale;
  if (const auto groups = std::ssize(info.panel->groups); groups > 0) {
    group_ = group_file_.emplace(folder / group_name).as<std::int64_t>(integers, std::array{series});
    if (std::ranges::any_of(group_, [&](std::int64_t group) { return group < 0 || group >= groups; }))
      throw damaged(group_name, "a series has a frequency that is not in columns.json");
  }
  const std::string_view text = id_file_.text();
  for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1) {
    if (text.find('\n', begin) == std::string_view::npos) throw damaged("ids.txt", "its last line has no end");
    id_at_.push_back(begin);
  }
  if (std::ssize(id_at_) != series) throw damaged("ids.txt", "it has more or less lines than there are series");
}

SplitEnd PanelFiles::split_end(std::int64_t series) const {
  const std::size_t splits = split_end_.size() / (start_.size() - 1);
  const std::int64_t* const ends = split_end_.data() + splits * static_cast<std::size_t>(series);
  return splits == 4 ? SplitEnd{ends[0], ends[1], ends[2], ends[3]} : SplitEnd{ends[0], ends[1], ends[1], ends[2]};
}

std::string PanelFiles::id(std::int64_t series) const {
  const std::string_view line = id_file_.text().substr(id_at_[static_cast<std::size_t>(series)]);
  return id_of_line(line.substr(0, line.find('\n')));
}

}  // namespace pipeline
