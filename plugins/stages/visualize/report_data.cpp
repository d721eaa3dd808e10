#include "report_data.h"

#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <numeric>

#include "uncertainty.h"
#include "verdict.h"

namespace pipeline::stage::visualize {

namespace {

/// The number with the fewest digits that reads back as the same float; null if it is not finite.
Value rounded(double number) {
  const auto single = static_cast<float>(number);
  if (!std::isfinite(single)) return {};
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), single).ptr;
  double shortest = 0;
  std::from_chars(text.data(), end, shortest);
  // Integers lose their ".0".
  if (shortest == std::trunc(shortest) && std::abs(shortest) < 1e9) return static_cast<std::int64_t>(shortest);
  return shortest;
}

template <class Items, class Member>
Value column(const Items& items, Member member) {
  Value::List out;
  out.reserve(items.size());
  for (const auto& item : items) out.push_back(rounded(std::invoke(member, item)));
  return out;
}

/// An integer if the number is whole.
Value shortest_number(double number) {
  return number == std::trunc(number) && std::abs(number) < 1e15 ? Value(static_cast<std::int64_t>(number)) : Value(number);
}

/// The first time, and the differences as whole numbers of a unit, since most are equal. Exact to a thousandth of a millisecond.
Value times(const std::vector<Point>& points) {
  constexpr double fine = 1000;
  std::vector<std::int64_t> steps;
  std::int64_t unit = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    steps.push_back(std::llround((points[i].time - points[i - 1].time) * fine));
    unit = std::gcd(unit, steps.back());
  }
  Value::List differences;
  for (const std::int64_t step : steps) differences.push_back(unit == 0 ? 0 : step / unit);
  return Value::Map{{"start", points.empty() ? Value() : shortest_number(points.front().time)},
                    {"unit", shortest_number(static_cast<double>(unit) / fine)},
                    {"steps", std::move(differences)}};
}

Value forecast_columns(const std::vector<Point>& points) {
  return Value::Map{{"time", times(points)},
                    {"truth", column(points, &Point::truth)},
                    {"prediction", column(points, &Point::prediction)},
                    {"naive", column(points, &Point::naive)}};
}

Value track_data(const Track& track) {
  Value data = forecast_columns(track.points);
  data["step"] = track.step;
  data["total"] = track.total;
  return data;
}

Value histogram_data(const Histogram& histogram, std::int64_t count) {
  const auto share = [&](std::int64_t n) { return static_cast<double>(n) / static_cast<double>(count); };
  return Value::Map{
      {"low", histogram.low}, {"width", histogram.width}, {"share", column(histogram.counts, share)}, {"beyond", histogram.beyond}};
}

Value model_data(const ModelPredictions& model, const TargetPredictions& predictions) {
  Value::List tracks, examples;
  for (const Track& track : predictions.tracks) tracks.push_back(track_data(track));
  for (const Example& example : predictions.examples) examples.push_back(example_data(example));
  const auto step = [](const StepError& error) { return static_cast<double>(error.step); };
  return Value::Map{{"label", model.label},
                    {"model", static_cast<std::int64_t>(model.model)},
                    {"count", predictions.count},
                    {"bias", rounded(predictions.bias)},
                    {"deviation", rounded(predictions.deviation)},
                    {"tracks", std::move(tracks)},
                    {"examples", std::move(examples)},
                    {"by_step", Value::Map{{"step", column(predictions.by_step, step)},
                                           {"mae", column(predictions.by_step, &StepError::mae)},
                                           {"rmse", column(predictions.by_step, &StepError::rmse)},
                                           {"naive_mae", column(predictions.by_step, &StepError::naive_mae)},
                                           {"naive_rmse", column(predictions.by_step, &StepError::naive_rmse)}}},
                    {"histogram", histogram_data(predictions.residuals, predictions.count)}};
}

Value loss_data(const TrainingRecord& training) {
  const auto number = [](const EpochRecord& epoch) { return static_cast<double>(epoch.epoch); };
  const auto best = best_epoch(training);
  return Value::Map{{"label", training.stage},
                    {"epoch", column(training.history, number)},
                    {"train", column(training.history, &EpochRecord::train_loss)},
                    {"val", column(training.history, val_loss_of)},
                    {"learning_rate", column(training.history, &EpochRecord::learning_rate)},
                    {"best", best ? Value(static_cast<std::int64_t>(*best)) : Value()}};
}

Value attention_data(const ModelAttention& of, std::size_t model) {
  const auto itself = [](double number) { return number; };
  Value::List origins, weights;
  for (const Attention::Sample& sample : of.attention.samples) {
    origins.emplace_back(sample.origin);
    weights.push_back(column(sample.weights, itself));
  }
  return Value::Map{{"label", of.label},
                    {"model", static_cast<std::int64_t>(model)},
                    {"windows", of.attention.windows},
                    {"steps", column(of.attention.steps, itself)},
                    {"mean", column(of.attention.mean, itself)},
                    {"origins", std::move(origins)},
                    {"weights", std::move(weights)}};
}

Value errors_data(const SplitErrors::Numbers& numbers) {
  Value data{Value::Map{}};
  for (const char* measure : {"mae", "mse"}) {
    if (const auto number = find_number(numbers, measure)) data[measure] = rounded(*number);
  }
  return data;
}

Value uncertainty_data(const Uncertainty& uncertainty) {
  Value::List calibrations, intervals;
  for (const Calibration& of : uncertainty.calibrations)
    calibrations.push_back(Value::Map{{"label", of.label},
                                      {"model", static_cast<std::int64_t>(of.model)},
                                      {"level", column(of.levels, std::identity())},
                                      {"share", column(of.shares, std::identity())}});
  for (const IntervalSteps& of : uncertainty.intervals)
    intervals.push_back(Value::Map{{"label", of.label},
                                   {"model", static_cast<std::int64_t>(of.model)},
                                   {"step", column(of.steps, std::identity())},
                                   {"coverage", column(of.coverage, std::identity())},
                                   {"width", column(of.width, std::identity())}});
  return Value::Map{{"calibrations", std::move(calibrations)}, {"level", rounded(uncertainty.level)}, {"intervals", std::move(intervals)}};
}

}  // namespace

Value example_data(const Example& example) {
  Value data = forecast_columns(example.horizon);
  data["label"] = example.label;
  data["origin"] = shortest_number(example.origin);
  data["past"] = Value::Map{{"time", times(example.past)}, {"truth", column(example.past, &Point::truth)}};
  Value::List bands;
  for (const Band& band : example.bands)
    bands.push_back(Value::Map{
        {"level", rounded(band.level)}, {"lower", column(band.lower, std::identity())}, {"upper", column(band.upper, std::identity())}});
  data["bands"] = std::move(bands);
  return data;
}

Value report_data(const Results& results, const std::vector<ModelPredictions>& models, const std::vector<ModelAttention>& attentions) {
  Value::List losses, targets, comparison, attention;
  for (std::size_t i = 0; i < attentions.size(); ++i) attention.push_back(attention_data(attentions[i], i));
  for (std::size_t i = 0; i < results.trainings.size(); ++i) {
    if (!learned(results.trainings[i])) continue;
    Value loss = loss_data(results.trainings[i]);
    loss["model"] = static_cast<std::int64_t>(i);
    losses.push_back(std::move(loss));
  }
  const std::size_t target_count = models.empty() ? 0 : models.front().predictions.targets.size();
  for (std::size_t t = 0; t < target_count; ++t) {
    Value::List of_models;
    for (const ModelPredictions& model : models) of_models.push_back(model_data(model, model.predictions.targets[t]));
    targets.push_back(Value::Map{{"name", models.front().predictions.targets[t].target}, {"models", std::move(of_models)}});
  }
  const std::string split = headline_split(results.evaluations);
  Value naive;
  for (std::size_t m = 0; results.evaluations.size() > 1 && m < results.evaluations.size(); ++m) {
    const Evaluation &evaluation = results.evaluations[m], &leader = leader_of(results.evaluations);
    const SplitErrors* errors = evaluation.same_task(leader) ? errors_of(evaluation, split) : nullptr;
    if (!errors) continue;
    Value entry = errors_data(errors->scaled);
    entry["label"] = evaluation.stage;
    entry["model"] = static_cast<std::int64_t>(m);
    comparison.push_back(std::move(entry));
    naive = errors_data(errors->naive_scaled);
  }
  Value::List studies;
  for (const Search& search : results.searches) studies.push_back(search.study);
  return Value::Map{{"several", results.trainings.size() > 1},
                    {"studies", std::move(studies)},
                    {"has_time", !models.empty() && models.front().predictions.has_time},
                    {"split", split},
                    {"losses", std::move(losses)},
                    {"targets", std::move(targets)},
                    {"target_label", !models.empty() && models.front().predictions.by_series ? "Series" : "Target"},
                    {"comparison", std::move(comparison)},
                    {"naive", std::move(naive)},
                    {"uncertainty", uncertainty_data(uncertainty_of(results.evaluations))},
                    {"attention", std::move(attention)}};
}

}  // namespace pipeline::stage::visualize
