#include "ensemble_predictor.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "combination.h"
#include "ensemble_record.h"
#include "pipeline/data/format.h"
#include "pipeline/data/series.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline::stage::ensemble {

namespace {

/// The row that a forecast starts from: members number the rows of their inputs each in its own way.
using Start = std::pair<std::string, std::int64_t>;  ///< id of the series, time

Start start_of(const PredictHead& head, std::int64_t row) {
  const std::string id = head.series.panel ? head.input.ids[static_cast<std::size_t>(head.input.panel().series_of(row))] : "";
  return {id, head.input.time[static_cast<std::size_t>(row)]};
}

/// [levels] the place of each among those of a member. Error (data) if one is missing.
std::vector<std::size_t> places_in(const std::vector<double>& of_member, const std::vector<double>& levels, const std::string& name) {
  std::vector<std::size_t> out;
  for (const double level : levels) {
    const auto found = std::ranges::find(of_member, level);
    if (found == of_member.end())
      throw data_error(name + " has no quantile at " + format_number(level) +
                       " in this forecast, which the ensemble combines: its histories are too short, or its options have changed since");
    out.push_back(static_cast<std::size_t>(found - of_member.begin()));
  }
  return out;
}

/// Appends a forecast's values and quantiles at some of its levels: [H, T, 1 + levels].
void append(const RowForecast& forecast, std::span<const std::size_t> places, std::vector<double>& out) {
  const std::size_t width = forecast.point.empty() ? 0 : forecast.quantiles.size() / forecast.point.size();
  for (std::size_t at = 0; at < forecast.point.size(); ++at) {
    out.push_back(forecast.point[at]);
    for (const std::size_t place : places) out.push_back(forecast.quantiles[at * width + place]);
  }
}

/// "load, 3 steps"
std::string task_of(const PredictHead& head) {
  return join(head.series.targets) + ", " + format_count(head.horizon) + (head.horizon == 1 ? " step" : " steps");
}

/// Keeps all forecasts of a member.
class Kept final : public ForecastReceiver {
 public:
  Kept(std::string name, const std::vector<double>& levels) : name_(std::move(name)), levels_(levels) {}
  struct Forecast {
    std::vector<std::int64_t> times;
    std::vector<double> values;  ///< [H, T, 1 + levels]
  };

  void begin(const PredictHead& head) override {
    head_.emplace(head);
    task_ = task_of(head);
    places_ = places_in(head.quantile_levels, levels_, name_);
  }
  void add(const RowForecast& forecast) override {
    Forecast& kept = values_[start_of(*head_, forecast.row)];
    kept.times.assign(forecast.times.begin(), forecast.times.end());
    append(forecast, places_, kept.values);
  }
  /// Error (usage) if the member does not forecast what another one does.
  void require_task(const std::string& other, const std::string& task) const {
    if (task_ != task)
      throw usage_error("the ensemble combines " + other + ", which forecasts " + task + ", and " + name_ + ", which forecasts " + task_ +
                        ": one of them is older than the other; run `pipeline run` again, which makes them alike");
  }
  /// nullptr: the member has no forecast from there.
  [[nodiscard]] const Forecast* from(const Start& start) const {
    const auto found = values_.find(start);
    return found == values_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] std::size_t size() const { return values_.size(); }

 private:
  std::string name_;
  const std::vector<double>& levels_;
  std::optional<PredictHead> head_;
  std::string task_;
  std::vector<std::size_t> places_;
  std::map<Start, Forecast> values_;
};

/// Takes the forecasts of the first member, joins them with those of the others and passes the result on.
class Joining final : public ForecastReceiver {
 public:
  Joining(const EnsembleRecord& record, const std::vector<Kept>& others, ForecastReceiver& out)
      : record_(record), others_(others), out_(out) {
    for (const WeightedMember& member : record.members) weights_.push_back(member.weight);
  }
  void begin(const PredictHead& head) override {
    head_.emplace(head);
    for (const Kept& other : others_) other.require_task(record_.members.front().name, task_of(head));
    places_ = places_in(head.quantile_levels, record_.levels, record_.members.front().name);
    PredictHead joined_head = head;
    joined_head.quantile_levels = record_.levels;
    out_.begin(joined_head);
  }
  void add(const RowForecast& forecast) override {
    ++all_;
    std::vector<double> first;
    append(forecast, places_, first);
    std::vector<const std::vector<double>*> of{&first};
    const Start start = start_of(*head_, forecast.row);
    for (const Kept& other : others_) {
      const Kept::Forecast* from = other.from(start);
      if (!from) return;
      if (!std::ranges::equal(from->times, forecast.times)) {
        ++apart_;
        return;
      }
      of.push_back(&from->values);
    }
    ++joined_;
    const std::size_t width = 1 + record_.levels.size();
    std::vector<double> point, quantiles, values(of.size());
    for (std::size_t at = 0; at < first.size(); ++at) {
      for (std::size_t i = 0; i < of.size(); ++i) values[i] = (*of[i])[at];
      (at % width == 0 ? point : quantiles).push_back(joined(record_.method, weights_, values));
    }
    out_.add({.row = forecast.row, .times = forecast.times, .point = point, .quantiles = quantiles});
  }
  /// Rows that every member has a forecast from, and those that the first has.
  [[nodiscard]] std::int64_t joined_count() const { return joined_; }
  [[nodiscard]] std::int64_t all() const { return all_; }
  /// Rows from which members forecast other times.
  [[nodiscard]] std::int64_t apart() const { return apart_; }

 private:
  const EnsembleRecord& record_;
  const std::vector<Kept>& others_;
  ForecastReceiver& out_;
  std::vector<double> weights_;
  std::optional<PredictHead> head_;
  std::vector<std::size_t> places_;
  std::int64_t all_ = 0, joined_ = 0, apart_ = 0;
};

std::string members_text(const EnsembleRecord& record) {
  std::string out;
  for (const WeightedMember& member : record.members)
    out += (out.empty() ? "" : ", ") + (record.method == Method::greedy ? format_short(member.weight) + " " : "") + member.name;
  return out;
}

OtherModel model_of(const WeightedMember& member, const EnsembleRecord& record) {
  return {.name = member.name, .checkpoint = member.checkpoint, .quantiles = record.levels};
}

}  // namespace

void EnsemblePredictor::predict(const PredictRequest& request, ForecastReceiver& out) {
  const EnsembleRecord record = read_record(request.stage->folder);
  request.log.info(std::string("members (") + word_of(record.method) + "): " + members_text(record));
  std::vector<Kept> others;
  others.reserve(record.members.size());
  for (const WeightedMember& member : std::span(record.members).subspan(1)) {
    others.emplace_back(member.name, record.levels);
    request.with_other(model_of(member, record), others.back());
  }
  Joining joining(record, others, out);
  request.with_other(model_of(record.members.front(), record), joining);
  std::size_t most = static_cast<std::size_t>(joining.all());
  for (const Kept& other : others) most = std::max(most, other.size());
  const std::int64_t left_out = static_cast<std::int64_t>(most) - joining.joined_count();
  const char* const apart =
      ": its members forecast other times from there, as some read the rows ahead and others do not: give these rows with --future, or in "
      "the input";
  if (joining.joined_count() == 0 && joining.apart() > 0)
    throw data_error(request.input.string() + ": the ensemble has no forecast" + apart);
  if (joining.joined_count() == 0)
    throw data_error(request.input.string() +
                     ": there is no row that every member of the ensemble has a forecast from; give it a longer history");
  if (left_out > 0)
    request.log.warning(format_count(left_out) + (left_out == 1 ? " row has" : " rows have") + " no forecast" +
                        (joining.apart() > 0 ? apart : ": not every member of the ensemble has one from there"));
}

}  // namespace pipeline::stage::ensemble
