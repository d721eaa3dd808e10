"""Trains NeuralForecast's LSTM with MQLoss on a long CSV file and forecasts its quantiles: neuralforecast_quantiles.py FILE OUTPUT STEPS SEED.

OUTPUT (NumPy) has the quantiles of the 18 rows after each series but its last 18, as [series, step, quantile], series in the order of the file.
Prints the seconds of training and forecasting.
"""
import logging, sys, time, warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
import numpy as np, pandas
from neuralforecast import NeuralForecast
from neuralforecast.losses.pytorch import MQLoss
from neuralforecast.models import LSTM

HORIZON, QUANTILES = 18, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
file, output, steps, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
frame = pandas.read_csv(file)
ids = list(dict.fromkeys(frame["unique_id"]))
frame["ds"] = frame.groupby("unique_id").cumcount()
past = frame[frame.groupby("unique_id").cumcount(ascending=False) >= HORIZON]
model = LSTM(h=HORIZON, input_size=24, loss=MQLoss(quantiles=QUANTILES), encoder_n_layers=1, encoder_hidden_size=64, decoder_layers=1, decoder_hidden_size=64,
             scaler_type="standard", max_steps=steps, windows_batch_size=256, learning_rate=0.003, random_seed=seed, val_check_steps=steps,
             enable_progress_bar=False, logger=False, enable_checkpointing=False, enable_model_summary=False, accelerator="cpu")
started = time.perf_counter()
forecaster = NeuralForecast(models=[model], freq=1)
forecaster.fit(past)
forecast = forecaster.predict()
columns = [name for name in forecast.columns if name not in ("unique_id", "ds", "index")]
table = forecast.reset_index().set_index("unique_id").loc[ids][columns].to_numpy().reshape(len(ids), HORIZON, len(columns))
np.save(output, np.sort(table, axis=-1))
print(time.perf_counter() - started)
