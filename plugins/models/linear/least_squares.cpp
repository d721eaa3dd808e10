#include "least_squares.h"

#include <algorithm>
#include <string>
#include <utility>

#include <ATen/Functions.h>

#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline::model::linear {

namespace {

/// Rows that are multiplied at once: enough for a fast product.
constexpr std::int64_t block = 4096, least_block = 256;
/// A weight that is smaller than its row's largest by less than this share differs by rounding alone.
constexpr double least_lack = 1e-9;
/// Inputs are float, with a relative rounding of 6e-8: a variance below its square, relative to the largest, is rounding.
constexpr double constant_share = 1e-14, open_share = 1e-12;
/// Inputs whose sum varies less than this share of their own variance have the same sum; what is left of it is rounding.
constexpr double same_sum_share = 1e-9;
/// Above it, the share of an input's variance that the inputs before leave unexplained, Cholesky's solution has enough digits.
constexpr double safe_share = 1e-10;

torch::Tensor transposed(const torch::Tensor& rows) { return rows.transpose(-2, -1); }

torch::Tensor joined(std::vector<torch::Tensor>& parts) {
  torch::Tensor all = parts.size() == 1 ? parts.front() : at::cat(parts, 1);
  parts.clear();
  return all;
}

}  // namespace

LeastSquares::LeastSquares(const Shape& shape, bool constant, double alpha, std::int64_t memory)
    : shape_(shape), constant_(constant), alpha_(alpha), memory_(memory) {}

void LeastSquares::add(torch::Tensor inputs, torch::Tensor outputs, torch::Tensor weights) {
  if (weights.defined() == weights_.empty()) flush();  // rows that wait are of the other kind, or there are none
  waiting_ += inputs.size(1);
  inputs_.push_back(std::move(inputs));
  outputs_.push_back(std::move(outputs));
  if (weights.defined()) weights_.push_back(std::move(weights));
  if (waiting_ >= std::max(least_block, block / shape_.groups)) flush();
}

void LeastSquares::flush() {
  if (std::exchange(waiting_, 0) == 0) return;
  torch::Tensor rows = joined(inputs_);
  const torch::Tensor outputs = joined(outputs_), weights = weights_.empty() ? torch::Tensor() : joined(weights_);
  if (constant_) {
    if (!shift_.defined()) shift_ = rows.mean(1, /*keepdim=*/true);
    rows = at::cat({rows - shift_, at::ones({shape_.groups, rows.size(1), 1}, rows.options())}, 2);
  }
  const torch::Tensor largest = weights.defined() ? weights.amax(2, /*keepdim=*/true) : torch::Tensor();
  if (is_first_pass()) {
    if (!sums_.defined()) {
      sums_ = at::zeros({shape_.groups, width(), width() + shape_.outputs}, rows.options());
      observed_ = at::zeros({shape_.groups, shape_.outputs}, rows.options());
    }
    sums_.baddbmm_(transposed(rows), weights.defined() ? at::cat({largest * rows, weights * outputs}, 2) : at::cat({rows, outputs}, 2));
    weights.defined() ? observed_.add_(weights.sum(1)) : observed_.add_(static_cast<double>(rows.size(1)));
    rows_ += weights.defined() ? (largest > 0).sum().item<std::int64_t>() : shape_.groups * rows.size(1);
  }
  if (weights.defined()) add_gaps(rows, at::where(weights < (1 - least_lack) * largest, largest - weights, at::zeros_like(weights)));
}

torch::Tensor* LeastSquares::gap_of(Place place, const torch::TensorOptions& options) {
  if (const auto known = gaps_.find(place); known != gaps_.end()) return &known->second;
  const std::int64_t bytes = width() * width() * static_cast<std::int64_t>(sizeof(double));
  const bool has_room = gaps_.empty() || (std::ssize(gaps_) + 1) * bytes <= memory_;
  if (!has_room || waiting_outputs_.contains(place)) return waiting_outputs_.insert(place), nullptr;
  return &gaps_.emplace(place, at::zeros({width(), width()}, options)).first->second;
}

void LeastSquares::add_gaps(const torch::Tensor& rows, const torch::Tensor& lack) {
  const torch::Tensor is_gap = lack > 0;
  const torch::Tensor gaps_of = is_gap.sum(1).to(torch::kCPU).contiguous();  // [groups, outputs]
  if (!gaps_of.any().item<bool>()) return;
  const auto add = [&, counts = gaps_of.const_data_ptr<std::int64_t>()](Place place) {
    if (counts[place] == 0) return;
    torch::Tensor* gap = gap_of(place, rows.options());
    if (!gap) return;
    const std::int64_t group = place / shape_.outputs, output = place % shape_.outputs;
    const torch::Tensor places = is_gap[group].select(1, output).nonzero().squeeze(1);
    const torch::Tensor lacking = rows[group].index_select(0, places);
    const torch::Tensor much = lack[group].select(1, output).index_select(0, places).unsqueeze(1);
    gap->addmm_(transposed(much * lacking), lacking);
  };
  if (!is_first_pass()) {
    std::ranges::for_each(left_, add);
    return;
  }
  for (Place place = 0; place < shape_.groups * shape_.outputs; ++place) add(place);
}

std::optional<LeastSquares::Solution> LeastSquares::end_pass(const torch::Tensor& penalty) {
  flush();
  if (is_first_pass()) {
    require_usable();
    found_ = {.weights = at::zeros({shape_.groups, shape_.outputs, shape_.inputs}, torch::kDouble), .constants = {}};
    if (constant_) found_.constants = at::zeros({shape_.groups, shape_.outputs}, torch::kDouble);
    solve_common(penalty);
  }
  solve_own(penalty);
  gaps_.clear();
  left_ = std::exchange(waiting_outputs_, {});
  if (!left_.empty()) return std::nullopt;
  const Solution solution = std::exchange(found_, {});
  *this = LeastSquares(shape_, constant_, alpha_, memory_);
  return solution;
}

void LeastSquares::require_usable() const {
  if (!sums_.defined() || rows_ == 0) throw training_error("solver = \"closed\": no training window has an observed target");
  if (!at::isfinite(sums_).all().item<bool>())
    throw training_error("solver = \"closed\": the training windows hold values that are not finite, or too large to be squared");
  const torch::Tensor unknown = (observed_ == 0).nonzero().to(torch::kCPU);
  if (unknown.size(0) == 0) return;
  throw training_error("solver = \"closed\": no training window has an observed value of step " +
                       std::to_string(unknown[0][1].item<std::int64_t>() + 1) +
                       " of the horizon: shorten `horizon` of [stages.slice_windows], or give `split` more rows for training");
}

void LeastSquares::take(std::int64_t group, const std::vector<std::int64_t>& outputs, const torch::Tensor& columns) {
  const torch::Tensor places = torch::tensor(outputs, torch::kInt64), weights = columns.narrow(0, 0, shape_.inputs);
  found_.weights[group].index_copy_(0, places, weights.t());
  if (!constant_) return;
  const torch::Tensor shifted = shift_[group].to(torch::kCPU).matmul(weights).squeeze(0);
  found_.constants[group].index_copy_(0, places, columns[shape_.inputs] - shifted);
}

void LeastSquares::solve_common(const torch::Tensor& penalty) {
  for (std::int64_t group = 0; group < shape_.groups; ++group) {
    std::vector<std::int64_t> outputs;
    for (std::int64_t output = 0; output < shape_.outputs; ++output) {
      const Place place = group * shape_.outputs + output;
      if (!gaps_.contains(place) && !waiting_outputs_.contains(place)) outputs.push_back(output);
    }
    if (outputs.empty()) continue;
    const torch::Tensor sums = sums_[group].to(torch::kCPU), sides = sums.narrow(1, width(), shape_.outputs);
    take(group, outputs, solve(sums.narrow(1, 0, width()), sides.index_select(1, torch::tensor(outputs, torch::kInt64)), penalty));
  }
}

void LeastSquares::solve_own(const torch::Tensor& penalty) {
  for (const auto& [place, gap] : gaps_) {
    const std::int64_t group = place / shape_.outputs, output = place % shape_.outputs;
    const torch::Tensor sums = sums_[group].to(torch::kCPU);
    take(group, {output}, solve(sums.narrow(1, 0, width()) - gap.to(torch::kCPU), sums.narrow(1, width() + output, 1), penalty));
  }
}

torch::Tensor LeastSquares::solve(const torch::Tensor& equations, const torch::Tensor& sides, const torch::Tensor& penalty) const {
  const std::int64_t inputs = shape_.inputs;
  torch::Tensor own = equations.narrow(0, 0, inputs).narrow(1, 0, inputs).clone(), of_outputs = sides.narrow(0, 0, inputs).clone();
  torch::Tensor totals, total_outputs;
  double weight = 0;
  if (constant_) {  // the best constant, put into the other equations
    totals = equations.narrow(0, 0, inputs).select(1, inputs);
    total_outputs = sides[inputs];
    weight = equations[inputs][inputs].item<double>();
    own.sub_(at::outer(totals, totals) / weight);
    of_outputs.sub_(at::outer(totals, total_outputs) / weight);
  }
  if (alpha_ > 0) penalty.defined() ? own.add_(penalty, alpha_) : own.diagonal().add_(alpha_);
  const torch::Tensor weights = solve_centred(own, of_outputs);
  if (!constant_) return weights;
  return at::cat({weights, ((total_outputs - totals.matmul(weights)) / weight).unsqueeze(0)}, 0);
}

torch::Tensor LeastSquares::solve_centred(const torch::Tensor& equations, const torch::Tensor& sides) const {
  const torch::Tensor variance = equations.diagonal();
  torch::Tensor weights = at::zeros_like(sides);
  const torch::Tensor varying = (variance > constant_share * variance.max()).nonzero().squeeze(1);  // a constant input's weight is 0
  if (varying.numel() == 0) return weights;
  torch::Tensor own = equations.index_select(0, varying).index_select(1, varying);
  const torch::Tensor of_outputs = sides.index_select(0, varying);
  // Windows that lost their mean have the same sum, 0 but for rounding, whatever they hold: the weights' mean is open and changes no
  // forecast. A variance of that sum makes the mean 0.
  const double mean_variance = own.diagonal().mean().item<double>(), count = static_cast<double>(own.size(0));
  if (own.size(0) > 1 && own.sum().item<double>() / count < same_sum_share * mean_variance) own = own + mean_variance / count;
  const torch::Tensor scale = variance.index_select(0, varying).sqrt().unsqueeze(1);
  const auto [factor, failed] = at::linalg_cholesky_ex(own / (scale * scale.t()));
  const bool safe = failed.item<std::int64_t>() == 0 && factor.diagonal().square().min().item<double>() > safe_share;
  const torch::Tensor found = safe ? at::cholesky_solve(of_outputs / scale, factor) / scale : solve_singular(own, of_outputs);
  return weights.index_copy_(0, varying, found);
}

torch::Tensor LeastSquares::solve_singular(const torch::Tensor& equations, const torch::Tensor& sides) const {
  const auto [variance, directions] = at::linalg_eigh(equations);
  const double least = open_share * variance.max().item<double>();
  const std::int64_t open = (variance < least).sum().item<std::int64_t>();
  if (open > 0 && alpha_ == 0) {
    throw training_error(
        "solver = \"closed\" finds no unique weights: " + format_count(rows_) + " training rows (windows times targets) leave " +
        format_count(open) + " of the " + format_count(shape_.inputs) +
        " weights of a step open. Write alpha = 1.0 in [model], a ridge penalty, or shorten `window` of [stages.slice_windows]");
  }
  const torch::Tensor inverse = at::where(variance < least, at::zeros_like(variance), variance.reciprocal());
  return directions.matmul(inverse.unsqueeze(1) * directions.t().matmul(sides));
}

}  // namespace pipeline::model::linear
