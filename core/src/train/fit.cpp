#include "pipeline/train/fit.h"

#include "pipeline/host/component_call.h"
#include "pipeline/train/torch_settings.h"
#include "train/fit_loop.h"

namespace pipeline {

namespace {

/// Leaves out what only rank 0 has: loggers, and callbacks that show something or keep checkpoints.
void drop_watchers(FitSpec& spec) {
  spec.loggers.clear();
  std::erase_if(spec.callbacks, [](const Component<Callback>& callback) {
    return (callback.info() && callback.info()->only_watches) || call(callback, "checkpoints", &Callback::checkpoints);
  });
}

}  // namespace

void check_fit(FitSpec& spec, const Windows& windows, const RunContext& run) { static_cast<void>(FitLoop(spec, windows, run)); }

FitResult fit(FitSpec spec, const Windows& windows, RunContext run) {
  const TorchSettings settings({.threads = run.threads,
                                .matmul_precision = run.matmul_precision,
                                .deterministic = spec.trainer.deterministic,
                                .detect_anomaly = spec.trainer.detect_anomaly});
  const torch::AutoGradMode with_gradients(true);
  if (run.rank() != 0) drop_watchers(spec);
  if (fast_dev_run_batches(spec.trainer) > 0) spec.loggers.clear();
  spec.model->to(run.device);
  call(spec.loss, "to", &Loss::to, run.device);
  return FitLoop(spec, windows, run).run();
}

}  // namespace pipeline
