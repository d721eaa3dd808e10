#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace pipeline::stage::lightgbm {

/// LightGBM's C interface (include/LightGBM/c_api.h), loaded from lib_lightgbm.so. The wheel has no header, so the functions that are used
/// are declared here.
class Library {
 public:
  /// Error (plugin), with the cure, if the file cannot be loaded, is none (an empty name), or is older than 4.3.
  explicit Library(const std::filesystem::path& file);

  using Handle = void*;
  struct Functions {
    const char* (*last_error)();
    int (*register_log)(void (*)(const char*));
    int (*dataset_from_sample)(double** values, int** rows, std::int32_t columns, const int* counts, std::int32_t sampled,
                               std::int32_t local_rows, std::int64_t all_rows, const char* parameters, Handle* out);
    int (*dataset_push)(Handle dataset, const void* rows, int type, std::int32_t count, std::int32_t columns, std::int32_t first);
    int (*dataset_set_field)(Handle dataset, const char* name, const void* values, int count, int type);
    int (*dataset_free)(Handle dataset);
    int (*booster_create)(Handle dataset, const char* parameters, Handle* out);
    int (*booster_update)(Handle booster, int* finished);
    int (*booster_predict)(Handle booster, const void* rows, int type, std::int32_t count, std::int32_t columns, int row_major, int kind,
                           int first_iteration, int iterations, const char* parameters, std::int64_t* count_out, double* out);
    int (*booster_free)(Handle booster);
  };
  [[nodiscard]] const Functions& call() const { return functions_; }
  /// Error (unexpected) with LightGBM's own sentence unless `status` is 0.
  void check(int status) const;

 private:
  Functions functions_{};
};

/// A table of training rows, in LightGBM's bins: about a byte a cell.
class Dataset {
 public:
  struct Sample {
    std::span<const float> rows;  ///< [sampled, columns], of which the bins are made
    std::size_t columns = 0;
  };
  /// Room for `rows` rows. `parameters` as LightGBM's: "max_bin=255 categorical_feature=3".
  Dataset(const Library& library, const Sample& sample, std::int32_t rows, const std::string& parameters);
  Dataset(const Dataset&) = delete;
  Dataset& operator=(const Dataset&) = delete;
  ~Dataset();

  /// The next rows, [n, columns].
  void push(std::span<const float> rows);
  /// [rows] what is to be forecast.
  void set_labels(std::span<const float> labels);
  [[nodiscard]] Library::Handle handle() const { return handle_; }

 private:
  const Library& library_;
  Library::Handle handle_ = nullptr;
  std::size_t columns_;
  std::int32_t pushed_ = 0;
};

/// Trained trees. It holds what it needs to train on: more than the trees alone.
class Booster {
 public:
  /// Adds `iterations` trees. `progress` is called before each and may throw. The data may be freed afterwards.
  template <class Progress>
  Booster(const Library& library, const Dataset& data, const std::string& parameters, int iterations, const Progress& progress)
      : Booster(library, data, parameters) {
    bool finished = false;
    for (int i = 0; i < iterations && !finished; ++i) {
      progress();
      finished = update();
    }
  }
  Booster(Booster&& other) noexcept;
  Booster& operator=(Booster&&) = delete;
  ~Booster();

  /// A value for each row of [n, columns].
  void predict(std::span<const float> rows, std::size_t columns, const std::string& parameters, std::span<double> out) const;

 private:
  Booster(const Library& library, const Dataset& data, const std::string& parameters);
  /// Adds a tree; true once no tree helps any more.
  [[nodiscard]] bool update();

  const Library* library_;
  Library::Handle handle_ = nullptr;
};

}  // namespace pipeline::stage::lightgbm
