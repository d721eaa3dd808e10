#pragma once

#include "pipeline/registry.h"

namespace every_kind {

void add_training(pipeline::Registrar& registrar);
void add_search(pipeline::Registrar& registrar);

}  // namespace every_kind
