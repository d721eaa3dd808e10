#pragma once

#ifndef PIPELINE_USES_HOST
#error \
    "This header is of the SDK's tier `host`. Write pipeline_add_plugin(... USES host), or link a test to pipeline::host. Elsewhere: -DPIPELINE_USES_HOST."
#endif
