#include "data/guess_windows.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "data/csv_reader.h"
#include "data/time_axis.h"
#include "data/time_parser.h"
#include "data/window_fit.h"

namespace pipeline {
namespace {

/// Whether every block within which values are filled begins with a complete row: the file, the rows after each gap, and each split (0.7,
/// 0.15, 0.15; the first row of a split is only known to within one row).
bool can_be_filled(const std::vector<bool>& complete, const std::vector<std::int64_t>& breaks) {
  std::vector<std::int64_t> starts = breaks;
  starts.push_back(0);
  const auto rows = static_cast<double>(complete.size());
  for (const double share : {0.7, 0.85}) {
    for (const int beside : {-1, 0, 1}) starts.push_back(static_cast<std::int64_t>(share * rows) + beside);
  }
  return std::ranges::all_of(starts, [&](std::int64_t row) { return complete[static_cast<std::size_t>(row)]; });
}

/// Chooses horizon and window by the frequency: smaller if there are few rows, and together at most `longest`.
void choose_window(WorkflowGuess& guess, std::int64_t longest) {
  const auto take = [&](std::int64_t horizon, std::int64_t window) { guess.horizon = horizon, guess.window = window; };
  const TimeGuess& time = guess.time;
  if (time.step_ns > 0 && time.step_ns < nanoseconds_per_day) {
    const std::int64_t day = nanoseconds_per_day / time.step_ns;
    take(std::clamp<std::int64_t>(day, 6, 24), 4 * std::clamp<std::int64_t>(day, 6, 24));
  } else if (time.frequency == "business_day") {
    take(5, 60);
  } else if (time.step_ns == nanoseconds_per_day) {
    take(7, 56);
  } else if (time.step_ns > 0) {
    take(4, 52);
  } else if (time.frequency != "none") {
    take(3, 24);  // months
  } else {
    take(1, 32);
  }
  guess.horizon = std::max<std::int64_t>(1, std::min(guess.horizon, guess.rows / 40));
  guess.window = std::max<std::int64_t>(2, std::min(guess.window, guess.rows / 12));
  if (const std::int64_t both = guess.window + guess.horizon; both > longest) {
    guess.horizon = std::max<std::int64_t>(1, guess.horizon * longest / both);
    guess.window = std::max<std::int64_t>(2, guess.window * longest / both);
  }
  constexpr std::int64_t quick = 20'000;  // training windows in an epoch of a few seconds
  guess.stride = std::max<std::int64_t>(1, guess.rows * 7 / 10 / quick);
}

}  // namespace

std::vector<bool> complete_rows(const CsvFile& csv, const WorkflowGuess& guess, std::int64_t rows_of_file) {
  std::vector<bool> complete(static_cast<std::size_t>(rows_of_file), true);
  std::vector<std::size_t> indices;
  for (const std::string& name : guess.features) indices.push_back(csv.index_of(name));
  CsvReader rows(csv, indices, {});
  std::vector<double> numbers(indices.size());
  for (std::size_t row = 0; row < complete.size() && rows.next(numbers.data()); ++row) {
    complete[row] = std::ranges::none_of(numbers, [](double number) { return std::isnan(number); });
  }
  return complete;
}

std::vector<bool> in_order_of_time(const std::vector<bool>& marks, const TimeGuess& time) {
  if (time.rows.empty()) return marks;
  std::vector<bool> out;
  for (const std::int64_t row : time.rows) out.push_back(marks[static_cast<std::size_t>(row)]);
  return out;
}

std::int64_t typical_run(const std::vector<bool>& complete, const std::vector<std::int64_t>& breaks) {
  std::vector<std::int64_t> runs{0};
  std::int64_t whole = 0;
  auto next_break = breaks.begin();
  for (std::size_t row = 0; row < complete.size(); ++row) {
    const bool breaks_here = next_break != breaks.end() && *next_break == static_cast<std::int64_t>(row);
    if (breaks_here) ++next_break;
    if ((breaks_here || !complete[row]) && runs.back() > 0) runs.push_back(0);
    if (complete[row]) ++runs.back(), ++whole;
  }
  std::ranges::sort(runs, std::greater());
  std::int64_t seen = 0;
  for (const std::int64_t run : runs) {
    seen += run;
    if (2 * seen >= whole) return run;
  }
  return whole;
}

void choose_rows(WorkflowGuess& guess, const std::vector<bool>& complete) {
  const std::vector<bool> all(complete.size(), true);
  std::vector<std::int64_t> breaks = guess.time.gap_rows;
  choose_window(guess, guess.rows);
  if (!breaks.empty()) {  // no window fits between the gaps of trading hours
    const bool room = typical_run(all, breaks) >= 2 * (guess.window + guess.horizon);
    guess.gaps = room ? "split" : "allow";
    if (!room) breaks.clear();
  }
  if (guess.missing_cells > 0) guess.missing = can_be_filled(complete, breaks) ? "forward_fill" : "drop";
  choose_window(guess, typical_run(guess.missing == "drop" ? complete : all, breaks) / 2);
}

void choose_rows_of_series(WorkflowGuess& guess, std::span<const RowsOfSeries> series, std::int64_t usual_rows) {
  const std::int64_t all = std::exchange(guess.rows, usual_rows);
  choose_window(guess, usual_rows / 4);
  RowReading reading;
  const auto is_broken = [&](const WindowFit& fit) { return fit.typical_run() < 2 * (guess.window + guess.horizon); };
  if (guess.gap_count > 0) {
    reading.across_gaps = is_broken(WindowFit(series, reading));
    guess.gaps = reading.across_gaps ? "allow" : "split";
  }
  if (guess.missing_cells > 0) {
    const bool fills = is_broken(WindowFit(series, {.across_gaps = reading.across_gaps, .drops_incomplete = true})) &&
                       WindowFit(series, reading).can_be_filled();
    reading.drops_incomplete = !fills;
    guess.missing = fills ? "forward_fill" : "drop";
  }
  const WindowFit fit(series, reading);
  choose_window(guess, std::min(usual_rows / 4, fit.typical_run() / 2));
  for (std::int64_t both = guess.window + guess.horizon; both > 3 && !fit.of(guess.window, guess.horizon).in_each_split; --both)
    choose_window(guess, both - 1);
  const std::int64_t without = fit.of(guess.window, guess.horizon).series_without;
  guess.short_series = without < std::ssize(series) ? without : 0;  // where no series has a window, the run says why
  guess.rows = all;
  guess.stride = 1;
}

}  // namespace pipeline
