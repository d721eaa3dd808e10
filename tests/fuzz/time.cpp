#include "data/time_parser.h"

#include "data/time_axis.h"
#include "fuzz/reading.h"
#include "pipeline/data/format.h"

using namespace pipeline;

/// A format and a time, or a frequency and a time, separated by a line feed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const std::size_t end = text.find('\n');
  const std::string first(text.substr(0, end));
  const std::string_view second = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  std::optional<std::int64_t> time;
  fuzz::read_or_refuse([&] {
    TimeParser parser(first);
    time = parser.parse(second);
    if (!time) static_cast<void>(parser.cure(second, [] { return std::string("advice"); }));
  });
  if (!time) time = TimeParser({}).parse(second);
  if (!time) return 0;
  static_cast<void>(format_time(*time, true));
  fuzz::read_or_refuse([&] {
    const Frequency frequency = Frequency::parse(first);
    if (!frequency.irregular()) static_cast<void>(format_time(frequency.after(*time, 3), true));
  });
  return 0;
}
