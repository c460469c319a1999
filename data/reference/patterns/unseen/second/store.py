class Store:
    def __init__(self):
        self.items = {}
        self.log = []
        self.size = 0
