#include "pipeline/train/scheduler.h"

namespace pipeline {

Scheduler::~Scheduler() = default;

void Scheduler::resolve(Trainer&) {}

State::Map Scheduler::group_entries(std::size_t) const { return {}; }

}  // namespace pipeline
