#include "progress_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "pipeline/data/format.h"

namespace pipeline::callbacks::progress_bar {

namespace {

constexpr std::size_t least_bar = 5, most_bar = 30;

std::string decimal(double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  return text.data();
}

/// Users count epochs from one.
std::string epoch_text(const Progress& p) { return std::to_string(p.epoch + 1) + (p.epochs > 0 ? "/" + std::to_string(p.epochs) : ""); }

std::string bar_text(const Progress& p, std::size_t length) {
  const double share = std::clamp(static_cast<double>(p.batch) / static_cast<double>(std::max<std::int64_t>(p.batches, 1)), 0.0, 1.0);
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(length));
  std::string bar(filled, '=');
  if (filled < length) bar += '>';
  bar.resize(length, ' ');
  return "[" + bar + "]";
}

}  // namespace

std::string clock_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::lround(std::min(std::max(seconds, 0.0), 3.6e8)));
  std::array<char, 64> text{};
  if (whole >= 3600) {
    std::snprintf(text.data(), text.size(), "%d:%02d:%02d", static_cast<int>(whole / 3600), static_cast<int>(whole / 60 % 60),
                  static_cast<int>(whole % 60));
  } else {
    std::snprintf(text.data(), text.size(), "%d:%02d", static_cast<int>(whole / 60), static_cast<int>(whole % 60));
  }
  return text.data();
}

std::string moving_line(const Progress& p, int width) {
  std::vector<std::string> parts{std::to_string(p.batch) + "/" + std::to_string(p.batches)};
  if (p.batches_per_second > 0) parts.push_back(decimal(p.batches_per_second) + " it/s");
  if (p.train_loss) parts.push_back("train_loss " + format_short(*p.train_loss));
  if (p.val_loss) parts.push_back("val_loss " + format_short(*p.val_loss));
  if (p.seconds_left) parts.push_back("ETA " + clock_text(*p.seconds_left));
  const std::string head = std::string(p.doing) + " " + epoch_text(p);
  const std::size_t columns = static_cast<std::size_t>(std::max(width, 1)) - 1;  // the last column stays free: the line never wraps
  const auto joined = [&] {
    std::string text;
    for (const std::string& part : parts) text += " " + part;
    return text;
  };
  while (parts.size() > 1 && head.size() + joined().size() > columns) parts.pop_back();
  const std::string tail = joined();
  const std::size_t taken = head.size() + tail.size() + 3;  // a space and two brackets
  if (taken + least_bar > columns) return (head + tail).substr(0, columns);
  return head + " " + bar_text(p, std::min(columns - taken, most_bar)) + tail;
}

std::string epoch_line(const Progress& p, double seconds) {
  std::string text = "epoch " + epoch_text(p) + ":";
  if (p.train_loss) text += " train_loss " + format_short(*p.train_loss) + ",";
  if (p.val_loss) text += " val_loss " + format_short(*p.val_loss) + ",";
  if (p.batches_per_second > 0) text += " " + decimal(p.batches_per_second) + " it/s,";
  return text + " " + decimal(seconds) + " s";
}

}  // namespace pipeline::callbacks::progress_bar
