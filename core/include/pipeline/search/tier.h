#pragma once

#ifndef PIPELINE_USES_SEARCH
#error \
    "This header is of the SDK's tier `search`. Write pipeline_add_plugin(... USES search), or link a test to pipeline::search. Elsewhere: -DPIPELINE_USES_SEARCH."
#endif
