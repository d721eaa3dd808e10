"""Trains a NeuralForecast model on a long CSV file: neuralforecast_panel.py FILE MODEL STEPS BATCH. Prints seconds as JSON."""
import json, logging, sys, time, warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
started = time.perf_counter()
import polars, torch
from neuralforecast import NeuralForecast
from neuralforecast.models import LSTM, NLinear

file, name, steps, batch = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
torch.set_num_threads(torch.get_num_threads())
common = dict(h=12, input_size=48, max_steps=steps, windows_batch_size=batch, learning_rate=0.001, val_check_steps=steps, enable_progress_bar=False,
              logger=False, enable_checkpointing=False, enable_model_summary=False, accelerator="cpu")
model = NLinear(**common) if name == "linear" else LSTM(**common, encoder_n_layers=1, encoder_hidden_size=32, decoder_layers=1, decoder_hidden_size=32)
seconds = {"import": time.perf_counter() - started}
started = time.perf_counter()
frame = polars.read_csv(file, try_parse_dates=True)
seconds["read"] = time.perf_counter() - started
started = time.perf_counter()
forecaster = NeuralForecast(models=[model], freq="1d", local_scaler_type="standard")
forecaster.fit(frame, val_size=24)
seconds["fit"] = time.perf_counter() - started
print(json.dumps(seconds))
