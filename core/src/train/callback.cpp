#include "pipeline/torch/callback.h"

namespace pipeline {

Trainer::~Trainer() = default;
Callback::~Callback() = default;

std::int64_t Trainer::global_rank() const { return 0; }

std::int64_t Trainer::world_size() const { return 1; }

std::optional<std::filesystem::file_time_type> Trainer::resumed_from() const { return {}; }
bool Trainer::may_continue_epoch() const { return false; }

void Callback::resolve(Trainer&) {}
void Callback::setup(Trainer&) {}
void Callback::on_fit_start(Trainer&) {}
void Callback::on_sanity_check_start(Trainer&) {}
void Callback::on_sanity_check_end(Trainer&) {}
void Callback::on_train_start(Trainer&) {}
void Callback::on_train_epoch_start(Trainer&) {}
Action Callback::on_train_batch_start(Trainer&, std::int64_t) { return {}; }
void Callback::on_before_backward(Trainer&, const torch::Tensor&) {}
void Callback::on_after_backward(Trainer&) {}
void Callback::on_before_optimizer_step(Trainer&, torch::optim::Optimizer&) {}
Action Callback::on_train_batch_end(Trainer&, const BatchEnd&) { return {}; }
Action Callback::on_train_epoch_end(Trainer&) { return {}; }
void Callback::on_validation_start(Trainer&) {}
void Callback::on_validation_epoch_start(Trainer&) {}
void Callback::on_validation_batch_end(Trainer&, const ValidationBatchEnd&) {}
void Callback::on_validation_epoch_end(Trainer&) {}
Action Callback::on_validation_end(Trainer&) { return {}; }
void Callback::on_train_end(Trainer&) {}
void Callback::on_fit_end(Trainer&) {}
void Callback::on_save_checkpoint(Trainer&, State&) {}
void Callback::on_load_checkpoint(Trainer&, const State&) {}
void Callback::on_exception(Trainer&, const std::string&) {}
void Callback::teardown(Trainer&) {}

State Callback::state_dict() const { return {}; }
void Callback::load_state_dict(const State&) {}
std::optional<CheckpointRecord> Callback::checkpoints() const { return {}; }
bool Callback::needs_gradients() const { return false; }
std::string Callback::monitor() const { return {}; }

}  // namespace pipeline
