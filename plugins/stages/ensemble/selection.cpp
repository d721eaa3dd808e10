#include "selection.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pipeline::stage::ensemble {

namespace {

/// rho_q of a forecast: q (y - f) where it is too low, (1 - q) (f - y) where it is too high.
double pinball(double level, double truth, double forecast) {
  const double error = truth - forecast;
  return std::max(level * error, (level - 1) * error);
}

/// The numbers of a member's forecasts that the criterion judges.
class Judge {
 public:
  Judge(std::span<const Member> members, const Criterion& criterion)
      : criterion_(criterion), width_(std::max<std::size_t>(criterion.levels.size(), 1)) {
    for (const Member& member : members) {
      const std::vector<std::size_t> places = places_of(criterion.levels, member);
      std::vector<double>& of = values_.emplace_back();
      of.reserve(criterion.judged.size() * width_);
      for (const Judged& judged : criterion.judged) {
        if (places.empty()) of.push_back(member.point(judged.cell));
        for (const std::size_t place : places) of.push_back(member.quantile(judged.cell, place));
      }
    }
  }

  /// The loss of the mean of `sum` and a member's forecasts, together `count` forecasts.
  [[nodiscard]] double loss_with(std::span<const double> sum, std::size_t member, double count) const {
    double loss = 0;
    for (std::size_t i = 0; i < criterion_.judged.size(); ++i) {
      const Judged& judged = criterion_.judged[i];
      double of = 0;
      for (std::size_t level = 0; level < width_; ++level) {
        const double forecast = (sum[i * width_ + level] + values_[member][i * width_ + level]) / count;
        of += criterion_.levels.empty() ? std::abs(judged.truth - forecast) : 2 * pinball(criterion_.levels[level], judged.truth, forecast);
      }
      loss += judged.weight * of / static_cast<double>(width_);
    }
    return loss;
  }
  void add(std::span<double> sum, std::size_t member) const { std::ranges::transform(sum, values_[member], sum.begin(), std::plus()); }
  [[nodiscard]] std::vector<double> nothing() const { return std::vector<double>(criterion_.judged.size() * width_); }
  [[nodiscard]] std::size_t members() const { return values_.size(); }

 private:
  const Criterion& criterion_;
  std::size_t width_;
  std::vector<std::vector<double>> values_;  ///< [members][judged cells x levels]
};

}  // namespace

Selection select_greedily(std::span<const Member> members, const Criterion& criterion, int rounds,
                          const std::function<void()>& check_cancelled) {
  const Judge judge(members, criterion);
  Selection out{.weights = std::vector<double>(judge.members()), .loss = std::numeric_limits<double>::infinity(), .member_losses = {}};
  std::vector<double> sum = judge.nothing(), times(judge.members());
  for (int round = 1; round <= rounds; ++round) {
    check_cancelled();
    std::vector<double> losses;
    for (std::size_t member = 0; member < judge.members(); ++member) losses.push_back(judge.loss_with(sum, member, round));
    const auto best = static_cast<std::size_t>(std::ranges::min_element(losses) - losses.begin());
    judge.add(sum, best);
    times[best] += 1;
    if (round == 1) out.member_losses = losses;
    if (losses[best] >= out.loss) continue;
    out.loss = losses[best];
    std::ranges::transform(times, out.weights.begin(), [&](double count) { return count / round; });
  }
  return out;
}

}  // namespace pipeline::stage::ensemble
