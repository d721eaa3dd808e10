#include <algorithm>
#include <cstring>

#include "data/npy.h"
#include "data/window_source.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

/// A file of float32 or float64 numbers, read as float32 rows of `row` numbers.
class FloatRows {
 public:
  explicit FloatRows(const std::filesystem::path& path) : file_(path) {
    const std::string& type = file_.header().descr;
    if (type != "<f4" && type != "<f8") {
      throw data_error(path.string() + " holds elements of type " + type + "; save it with array.astype('float32')");
    }
  }

  [[nodiscard]] const NpyFile& file() const { return file_; }
  [[nodiscard]] const std::vector<std::int64_t>& shape() const { return file_.header().shape; }

  void copy(std::size_t row, std::size_t count, float* to) const {
    const std::byte* const data = file_.data().data();
    if (file_.header().descr == "<f4") {
      std::memcpy(to, data + row * count * sizeof(float), count * sizeof(float));
    } else {
      const double* const from = reinterpret_cast<const double*>(data) + row * count;
      std::transform(from, from + count, to, [](double v) { return static_cast<float>(v); });
    }
  }

 private:
  NpyFile file_;
};

class ArraySource final : public WindowSource {
 public:
  ArraySource(FloatRows x, FloatRows y, Shape shape)
      : WindowSource(std::move(shape)),
        x_(std::move(x)),
        y_(std::move(y)),
        x_size_(static_cast<std::size_t>(x_.shape()[1] * x_.shape()[2])),
        y_size_(static_cast<std::size_t>(this->shape().horizon * y_.shape().back())) {}

  [[nodiscard]] bool has_rows() const override { return false; }
  [[nodiscard]] std::int64_t first_rows() const override { return x_.shape()[0]; }
  [[nodiscard]] bool fully_observed() const override { return true; }

  void copy(std::int64_t row, std::size_t index, const WindowBuffers& out) const override {
    const auto at = static_cast<std::size_t>(row);
    if (out.x != nullptr) x_.copy(at, x_size_, out.x + index * x_size_);
    if (out.y != nullptr) y_.copy(at, y_size_, out.y + index * y_size_);
    if (out.weight != nullptr) std::fill_n(out.weight + index * y_size_, y_size_, 1.0F);
  }

 private:
  FloatRows x_, y_;
  std::size_t x_size_, y_size_;
};

Error misshapen(const FloatRows& rows, const char* expected) {
  return data_error(rows.file().path().string() + " has the shape " + rows.file().header().shape_text() + " where " + expected +
                    " is expected");
}

}  // namespace

std::unique_ptr<const WindowSource> array_source(WindowsInfo& info) {
  FloatRows features(info.feature_file), truth(info.target_file);
  const std::vector<std::int64_t>&x = features.shape(), &y = truth.shape();
  if (x.size() != 3) throw misshapen(features, "[N, window, features]");
  if (y.size() != 2 && y.size() != 3) throw misshapen(truth, "[N, targets] or [N, horizon, targets]");
  if (x[0] != y[0]) {
    throw data_error(info.feature_file + " " + features.file().header().shape_text() + " and " + info.target_file + " " +
                     truth.file().header().shape_text() + " don't hold the same number of windows");
  }
  if (std::ranges::count(x, 0) + std::ranges::count(y, 0) > 0) throw data_error(info.feature_file + " holds no window");
  info.window = x[1];
  info.horizon = y.size() == 3 ? y[1] : 1;
  WindowSource::Shape shape{.window = info.window, .horizon = info.horizon};
  for (std::int64_t i = 0; i < x[2]; ++i) shape.feature_names.push_back("feature_" + std::to_string(i));
  for (std::int64_t i = 0; i < y.back(); ++i) shape.target_names.push_back("target_" + std::to_string(i));
  shape.target_columns.resize(shape.target_names.size(), -1);
  return std::make_unique<ArraySource>(std::move(features), std::move(truth), std::move(shape));
}

}  // namespace pipeline
