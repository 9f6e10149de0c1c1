from PySide6.QtCore import QTimer, QThread, QSettings, QStandardPaths, QObject, Slot
from PySide6.QtWidgets import QWidget
import os, pytest
keep=[]
def test_leak_timer(qtbot):
    t=QTimer(); t.start(100); keep.append(t)
def test_ok_timer(qtbot):
    t=QTimer(); t.start(100)
def test_cycle_timer(qtbot):
    t=QTimer(); t.start(100); t.me=t
def test_widget_timer(qtbot):
    w=QWidget(); qtbot.addWidget(w); w.t=QTimer(w); w.t.start(50); w.t.timeout.connect(w.update)
def test_widget_leak(qtbot):
    w=QWidget();  w.t=QTimer(w); w.t.start(50); keep.append(w)
def test_thread(qapp):
    t=QThread(); t.start(); keep.append(t)
def test_settings(qapp):
    s=QSettings("a","b"); assert s.value("x") is None; s.setValue("x",1); s.sync(); print(s.fileName(), QStandardPaths.writableLocation(QStandardPaths.AppLocalDataLocation))
def test_settings2(qapp):
    s=QSettings("a","b"); assert s.value("x") is None; s.setValue("x",1); s.sync()
    s=QSettings(); assert s.value("x") is None; s.setValue("x",1); s.sync(); print(s.fileName())
    assert 0
@pytest.mark.slow
def test_s(): pass
@pytest.mark.screen
def test_scr(): pass
def test_noqt():
    pass
