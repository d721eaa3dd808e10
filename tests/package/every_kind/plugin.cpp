#include "pipeline/plugin.h"

#include "every_kind.h"

PIPELINE_PLUGIN("every_kind", "0.1.0", "Apache-2.0", "A component of each kind") {
  every_kind::add_training(registrar);
  every_kind::add_search(registrar);
}
