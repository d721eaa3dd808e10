#include "pipeline/plugin.h"

#include "c10d.h"

PIPELINE_PLUGIN("c10d", "1.0.0", "Apache-2.0", "Training on several processes with PyTorch's c10d.") {
  using namespace pipeline;
  registrar
      .add<Collective, collective::c10d::C10d>("C10d", "Joins the processes of a training by PyTorch's c10d: a TCPStore and Gloo, on CPUs.")
      .reference("torch.distributed, backend gloo");
}
