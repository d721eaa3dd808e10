#pragma once

#ifndef PIPELINE_USES_TRAIN
#error \
    "This header is of the SDK's tier `train`. Write pipeline_add_plugin(... USES train), or link a test to pipeline::train. Elsewhere: -DPIPELINE_USES_TRAIN."
#endif
