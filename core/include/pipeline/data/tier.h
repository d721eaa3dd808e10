#pragma once

#ifndef PIPELINE_USES_DATA
#error \
    "This header is of the SDK's tier `data`. Write pipeline_add_plugin(... USES data), or link a test to pipeline::data. Elsewhere: -DPIPELINE_USES_DATA."
#endif
