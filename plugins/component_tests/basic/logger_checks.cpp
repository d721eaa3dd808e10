#include <array>
#include <cmath>

#include "basic_tests.h"
#include "pipeline/data/files.h"
#include "pipeline/logger.h"
#include "pipeline/testing/recording_log.h"

namespace pipeline::component_tests {

namespace {

/// A black pixel as PNG.
constexpr std::array<unsigned char, 67> png{0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48,
                                            0x44, 0x52, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00,
                                            0x00, 0x3A, 0x7E, 0x9B, 0x55, 0x00, 0x00, 0x00, 0x0A, 0x49, 0x44, 0x41, 0x54, 0x78,
                                            0x9C, 0x63, 0x60, 0x00, 0x00, 0x00, 0x02, 0x00, 0x01, 0x48, 0xAF, 0xA4, 0x71, 0x00,
                                            0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82};

/// A short training, as the fit loop would log it.
void log_training(const ComponentTestContext& test, const std::filesystem::path& folder, Log& log) {
  const LoggerContext context{.version_dir = folder, .append = false, .log = log};
  const auto logger = test.registry.make<Logger>(test.component.name, test.options, context);
  logger->log_hyper_parameters(
      Value(Value::Map{{"lr", 1e-5}, {"bidirectional", false}, {"hidden_size", 8}, {"name", "on"}, {"none", Value()}}));
  const std::vector<std::pair<std::string, double>> scalars{{"train_loss", 0.5}, {"val_loss", std::nan("")}, {"epoch", 0.0}};
  for (std::int64_t step = 0; step < 3; ++step) logger->log_scalars(scalars, step);
  logger->log_scalars({}, 3);
  logger->log_image("picture", png, 1, 1, 3);
  const std::array<float, 4> values{-1, 0, 0.5F, 2};
  logger->log_histogram("weights", values, 3);
  logger->log_histogram("nothing", {}, 3);
  logger->flush();
  logger->log_final_metrics(scalars, 3);
  logger->finish(true);
}

}  // namespace

std::vector<Check> LoggerTest::run(const ComponentTestContext& context) {
  CheckList list;
  bool writes = false;
  list.add("takes everything", [&]() -> std::string {
    testing::RecordingLog log;
    const auto folder = context.folder / "good";
    std::filesystem::create_directory(folder);
    log_training(context, folder, log);
    writes = !std::filesystem::is_empty(folder);
    return log.warnings().empty() ? "" : "in a good folder it warns: " + log.warnings().front();
  });
  list.add("folder that cannot be written", [&]() -> std::string {
    testing::RecordingLog log;
    write_text(context.folder / "file", "a file where a folder would be");
    log_training(context, context.folder / "file" / "version_0", log);
    if (writes && log.warnings().empty()) return "it says nothing of a file that it cannot write: warn once through LoggerContext::log";
    return log.warnings().size() <= 3 ? "" : "it warns " + std::to_string(log.warnings().size()) + " times of the same trouble: warn once";
  });
  return list.take();
}

}  // namespace pipeline::component_tests
