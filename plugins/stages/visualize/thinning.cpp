#include <algorithm>
#include <cmath>

#include "predictions.h"

namespace pipeline::stage::visualize {

namespace {

bool below(double a, double b) { return a < b || std::isnan(b); }
bool above(double a, double b) { return a > b || std::isnan(b); }

}  // namespace

Thinning::Thinning(std::int64_t total, std::int64_t limit)
    : run_length_(total <= limit ? 1 : (total * extremes_of_a_run + limit - 1) / limit) {}

void Thinning::add(const Point& point) {
  if (run_length_ == 1) {
    kept_.push_back(point);
    return;
  }
  if (in_run_ == 0) extremes_.fill(point);
  if (below(point.truth, extremes_[0].truth)) extremes_[0] = point;
  if (above(point.truth, extremes_[1].truth)) extremes_[1] = point;
  if (below(point.prediction, extremes_[2].prediction)) extremes_[2] = point;
  if (above(point.prediction, extremes_[3].prediction)) extremes_[3] = point;
  if (below(point.residual(), extremes_[4].residual())) extremes_[4] = point;
  if (above(point.residual(), extremes_[5].residual())) extremes_[5] = point;
  if (++in_run_ == run_length_) close_run();
}

void Thinning::close_run() {
  if (in_run_ == 0) return;
  std::ranges::sort(extremes_, {}, &Point::time);
  const auto end = std::ranges::unique(extremes_, {}, &Point::time).begin();
  kept_.insert(kept_.end(), extremes_.begin(), end);
  in_run_ = 0;
}

std::vector<Point> Thinning::finish() {
  close_run();
  return std::move(kept_);
}

}  // namespace pipeline::stage::visualize
